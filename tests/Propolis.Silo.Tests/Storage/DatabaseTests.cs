using System.Diagnostics;
using System.Text.Json;
using Propolis.Contracts.Events;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Serialization;
using Propolis.Silo.Events;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Storage;

/// <summary>What every database must do; each kind of database runs all of it.</summary>
public abstract class DatabaseTests : IAsyncLifetime
{
    IDatabase _database = null!;
    EventSignal _signal = null!;

    EntityStore Store => new(_database);

    Projections Projections => new(_database, _signal);

    ClusterIndex Index => new(_database, _signal, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        _signal = new();
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the one database of the test, again with each call.</summary>
    protected abstract Task<IDatabase> OpenAsync();

    protected virtual Task CleanAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_record_is_read_back_as_it_was_written()
    {
        var record = Row("inst-a", 1);
        await Store.WriteAsync(record);

        Assert.Equal(record, await Store.ReadAsync("inst-a"));
        Assert.Null(await Store.ReadAsync("inst-b"));
    }

    [Fact]
    public async Task Only_the_next_version_is_taken()
    {
        await Store.WriteAsync(Row("inst-a", 1));
        await Store.WriteAsync(Row("inst-a", 2));

        await Assert.ThrowsAsync<StoreConflictException>(() => Store.WriteAsync(Row("inst-a", 1)));
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.WriteAsync(Row("inst-a", 2)));
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.WriteAsync(Row("inst-a", 4)));
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.WriteAsync(Row("inst-b", 2)));
        Assert.Equal(2, (await Store.ReadAsync("inst-a"))!.Version);
    }

    [Fact]
    public async Task One_of_many_writers_of_a_version_wins_and_the_rest_are_told()
    {
        var writes = Enumerable.Range(0, 20).Select(i => Store.WriteAsync(Row("vol-a", 1) with { Body = $"\"{i}\"" })).ToArray();
        var failures = await Task.WhenAll(writes.Select(write => Record.ExceptionAsync(() => write).AsTask()));

        Assert.Single(failures, failure => failure is null);
        Assert.All(failures.OfType<Exception>(), failure => Assert.IsType<StoreConflictException>(failure));
    }

    [Fact]
    public async Task Instances_that_were_deleted_long_ago_are_forgotten_and_their_events_stay()
    {
        var before = new DateTimeOffset(2026, 1, 8, 0, 0, 0, TimeSpan.Zero);
        var count = DeletedInstances.PageLength + 5;
        for (var i = 0; i < count; i++)
            await DeletedAsync($"inst-{i:d4}", before.AddMinutes(-1));
        await DeletedAsync("inst-late", before.AddMinutes(1));
        await DeletedAsync("inst-busy", before.AddMinutes(-1), wake: true);
        await DeletedAsync("inst-further", before.AddMinutes(-1));
        await Store.WriteAsync(Row("inst-further", 2));
        await DeletedAsync("inst-there", before.AddMinutes(-1), InstancePhase.Stopped);

        Assert.Equal(count, await new DeletedInstances(_database).ForgetAsync(before));

        Assert.Null(await Store.ReadAsync("inst-0000"));
        Assert.Null(await Store.ReadAsync($"inst-{count - 1:d4}"));
        Assert.NotEmpty((await Index.EventsAsync(new() { Subject = "inst-0000" })).Events);
        foreach (var kept in new[] { "inst-late", "inst-busy", "inst-further", "inst-there" })
            Assert.NotNull(await Store.ReadAsync(kept));
        Assert.Equal(0, await new DeletedInstances(_database).ForgetAsync(before));
    }

    async Task DeletedAsync(string key, DateTimeOffset at, InstancePhase phase = InstancePhase.Deleted, bool wake = false)
    {
        await Store.WriteAsync(Row(key, 1));
        var view = Rest.Views.Instance(key) with { Phase = phase, PhaseSince = at };
        await Projections.PublishAsync(
            new()
            {
                Kind = EventKind.Instance,
                Key = key,
                Version = 1,
                Phase = JsonNamingPolicy.SnakeCaseLower.ConvertName(phase.ToString()),
                Hidden = phase == InstancePhase.Deleted,
                Wake = wake,
                View = JsonSerializer.Serialize(view, PropolisJson.Options),
            },
            [Event(1, 0)]);
    }

    [Fact]
    public async Task What_was_written_is_there_after_the_database_was_opened_again()
    {
        await Store.WriteAsync(Row("inst-a", 1));
        await _database.DisposeAsync();
        _database = await OpenAsync();

        Assert.Equal(1, (await Store.ReadAsync("inst-a"))!.Version);
    }

    [Fact]
    public async Task A_database_of_a_later_version_is_refused()
    {
        await _database.WriteAsync(connection => Dapper.SqlMapper.ExecuteAsync(connection, "update propolis_schema set version = 999"));

        var refused = await Assert.ThrowsAsync<StoreException>(() => Schema.ApplyAsync(_database));
        Assert.Contains("schema version 999", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_version_of_an_entry_changes_nothing()
    {
        await Projections.PublishAsync(Entry("proj-a", 5, used: 5), []);
        await Projections.PublishAsync(Entry("proj-a", 4, used: 4), []);

        Assert.Equal(5, (await Index.ProjectsAsync(new())).Items.Single().Used.Instances);
    }

    [Fact]
    public async Task Hidden_entries_are_not_listed()
    {
        await Projections.PublishAsync(Entry("proj-a", 1), []);
        await Projections.PublishAsync(Entry("proj-a", 2) with { Hidden = true }, []);

        Assert.Empty((await Index.ProjectsAsync(new())).Items);
    }

    [Fact]
    public async Task Pages_join_to_the_whole_list_in_order()
    {
        foreach (var i in Enumerable.Range(0, 25))
            await Projections.PublishAsync(Entry($"proj-{i:d3}", 1), []);

        var (names, after) = (new List<string>(), (string?)null);
        do
        {
            var page = await Index.ProjectsAsync(new() { After = after, Limit = 7 });
            names.AddRange(page.Items.Select(item => item.Name));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"proj-{i:d3}"), names);
    }

    [Fact]
    public async Task Lists_are_filtered_by_project_name_and_phase()
    {
        await Projections.PublishAsync(Entry("proj-a", 1) with { Project = "one", Name = "x", Phase = "running" }, []);
        await Projections.PublishAsync(Entry("proj-b", 1) with { Project = "one", Name = "y", Phase = "stopped" }, []);
        await Projections.PublishAsync(Entry("proj-c", 1) with { Project = "two", Name = "x", Phase = "running" }, []);

        Assert.Equal(["proj-a", "proj-b"], await NamesAsync(new() { Project = "one" }));
        Assert.Equal(["proj-a"], await NamesAsync(new() { Project = "one", Name = "x" }));
        Assert.Equal(["proj-a", "proj-c"], await NamesAsync(new() { Phase = "running" }));
    }

    [Fact]
    public async Task An_event_published_twice_is_one_event()
    {
        await Projections.PublishAsync(Entry("proj-a", 1), [Event(1, 0), Event(1, 1)]);
        await Projections.PublishAsync(Entry("proj-a", 2), [Event(1, 1), Event(2, 0)]);

        var page = await Index.EventsAsync(new());
        Assert.Equal(["1.0", "1.1", "2.0"], page.Events.Select(one => one.Type));
        Assert.Equal(page.Events.Select(one => one.Sequence).Order(), page.Events.Select(one => one.Sequence));
        Assert.Equal(page.Newest, page.Events[^1].Sequence);
    }

    [Fact]
    public async Task Readers_resume_behind_a_number_and_filter_by_subject()
    {
        await Projections.PublishAsync(Entry("proj-a", 1), [Event(1, 0)]);
        await Projections.PublishAsync(Entry("proj-b", 1), [Event(1, 0)]);
        var first = (await Index.EventsAsync(new() { Limit = 1 })).Events.Single();

        Assert.Equal(["proj-b"], (await Index.EventsAsync(new() { After = first.Sequence })).Events.Select(one => one.Subject));
        Assert.Equal(["proj-a"], (await Index.EventsAsync(new() { Subject = "proj-a" })).Events.Select(one => one.Subject));
    }

    [Fact]
    public async Task A_waiting_reader_is_woken_by_the_next_event()
    {
        var waiting = Index.WaitForEventsAsync(0, TimeSpan.FromSeconds(30));
        await Projections.PublishAsync(Entry("proj-a", 1), [Event(1, 0)]);
        var before = Stopwatch.GetTimestamp();
        await waiting;

        Assert.True(Stopwatch.GetElapsedTime(before) < TimeSpan.FromSeconds(20));
        Assert.Single((await Index.EventsAsync(new())).Events);
    }

    [Fact]
    public async Task Grains_with_work_are_found_also_when_their_entry_is_missing_or_behind()
    {
        foreach (var key in new[] { "inst-done", "inst-busy", "inst-behind", "inst-missing" })
            await Store.WriteAsync(Row(key, 1));
        await Store.WriteAsync(Row("inst-behind", 2));
        await Projections.PublishAsync(Entry("inst-done", 1), []);
        await Projections.PublishAsync(Entry("inst-busy", 1) with { Wake = true }, []);
        await Projections.PublishAsync(Entry("inst-behind", 1), []);

        Assert.Equal(["inst-behind", "inst-busy", "inst-missing"], (await Store.WakingAsync("", 10)).Select(one => one.Key));
        Assert.Equal(["inst-busy"], (await Store.WakingAsync("inst-behind", 1)).Select(one => one.Key));
    }

    [Fact]
    public async Task A_silo_whose_lease_was_taken_cannot_write()
    {
        await new SiloLease(_database, TimeProvider.System).AcquireAsync("elsewhere 1 1");
        await Store.WriteAsync(Row("inst-a", 1));
        await _database.ReadAsync(connection => Dapper.SqlMapper.ExecuteAsync(connection, "update lease set epoch = epoch + 1"));

        await Assert.ThrowsAsync<LeaseLostException>(() => Store.WriteAsync(Row("inst-a", 2)));
        Assert.Equal(1, (await Store.ReadAsync("inst-a"))!.Version);
    }

    [Fact]
    public async Task A_second_silo_is_refused_while_the_first_beats()
    {
        var first = new SiloLease(_database, TimeProvider.System);
        await first.AcquireAsync("elsewhere 1 1");
        await using var other = await OpenAsync();
        var second = new SiloLease(other, TimeProvider.System).AcquireAsync("here 2 2");
        while (!second.IsCompleted)
        {
            await first.BeatAsync();
            await Task.WhenAny(second, Task.Delay(100));
        }

        Assert.Contains("elsewhere 1 1", (await Assert.ThrowsAsync<StoreException>(() => second)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_that_was_given_back_or_whose_process_died_is_taken_at_once()
    {
        var first = new SiloLease(_database, TimeProvider.System);
        await first.AcquireAsync(SiloLease.ThisProcess());
        await first.ReleaseAsync();
        await using var other = await OpenAsync();
        var deadProcess = string.Join(' ', SiloLease.ThisProcess().Split(' ')[0], int.MaxValue - 1, 0);
        await new SiloLease(other, TimeProvider.System).AcquireAsync(deadProcess);
        await using var third = await OpenAsync();
        await new SiloLease(third, TimeProvider.System).AcquireAsync("here 2 2").WaitAsync(SiloLease.Length / 2);

        await Assert.ThrowsAsync<LeaseLostException>(first.BeatAsync);
    }

    static StoredEntity Row(string key, long version)
    {
        const string body = "{}";
        return new() { Key = key, Kind = "propolis.test", Version = version, Format = 1, Body = body, Sum = EntityCodec.Checksum(body) };
    }

    static IndexEntry Entry(string key, long version, int used = 0) => new()
    {
        Kind = EventKind.Project,
        Key = key,
        Version = version,
        View = System.Text.Json.JsonSerializer.Serialize(
            new ProjectView { Name = key, Quota = Quota(0), Used = Quota(used), Version = version }, PropolisJson.Options),
    };

    static ProjectQuota Quota(int instances) => new() { Instances = instances, Cpus = 0, MemoryMb = 0 };

    static PendingEvent Event(long version, int ordinal) => new() { Version = version, Ordinal = ordinal, Type = $"{version}.{ordinal}", Actor = "test", At = DateTimeOffset.UnixEpoch };

    async Task<IEnumerable<string>> NamesAsync(IndexQuery query) => (await Index.ProjectsAsync(query)).Items.Select(item => item.Name);
}
