using System.Text;
using System.Text.Json;
using Dapper;
using Propolis.Contracts.Events;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Storage;

/// <summary>Reads the tables <c>index_entries</c> and <c>events</c>.</summary>
/// <param name="database">The database.</param>
/// <param name="signal">Tells of new events.</param>
/// <param name="time">The clock.</param>
public sealed class ClusterIndex(IDatabase database, EventSignal signal, TimeProvider time) : IClusterIndex
{
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public Task<IndexPage<InstanceView>> InstancesAsync(IndexQuery query, CancellationToken cancel = default) => ListAsync<InstanceView>(EventKind.Instance, query, cancel);

    /// <inheritdoc/>
    public Task<IndexPage<VolumeView>> VolumesAsync(IndexQuery query, CancellationToken cancel = default) => ListAsync<VolumeView>(EventKind.Volume, query, cancel);

    /// <inheritdoc/>
    public Task<IndexPage<SledView>> SledsAsync(IndexQuery query, CancellationToken cancel = default) => ListAsync<SledView>(EventKind.Sled, query, cancel);

    /// <inheritdoc/>
    public Task<IndexPage<ProjectView>> ProjectsAsync(IndexQuery query, CancellationToken cancel = default) => ListAsync<ProjectView>(EventKind.Project, query, cancel);

    /// <inheritdoc/>
    public Task<IndexPage<MigrationView>> MigrationsAsync(IndexQuery query, CancellationToken cancel = default) => ListAsync<MigrationView>(EventKind.Migration, query, cancel);

    /// <inheritdoc/>
    public Task<EventPage> EventsAsync(EventQuery query, CancellationToken cancel = default) => database.ReadAsync(
        async connection =>
        {
            var sql = new StringBuilder("select sequence, at, kind, subject, project, type, actor, reason from events where sequence > @After");
            sql.Append(query.Subject is null ? "" : " and subject = @Subject").Append(query.Project is null ? "" : " and project = @Project");
            var rows = await connection.QueryAsync<EventRow>($"{sql} order by sequence limit @Limit", new { query.After, query.Subject, query.Project, Limit = Clamp(query.Limit) });
            var (oldest, newest) = await connection.QueryFirstAsync<(long?, long?)>("select (select min(sequence) from events), (select max(sequence) from events)");
            return new EventPage { Events = [.. rows.Select(row => row.ToEvent())], Oldest = oldest ?? 0, Newest = newest ?? 0 };
        },
        cancel);

    /// <inheritdoc/>
    public async Task WaitForEventsAsync(long after, TimeSpan limit, CancellationToken cancel = default)
    {
        var until = time.GetUtcNow() + limit;
        while (time.GetUtcNow() < until)
        {
            var next = signal.Next;
            if (await database.ReadAsync(connection => connection.QueryFirstOrDefaultAsync<long?>("select max(sequence) from events"), cancel) > after)
                return;
            await Task.WhenAny(next, Task.Delay(LookEvery, time, cancel));
            cancel.ThrowIfCancellationRequested();
        }
    }

    async Task<IndexPage<T>> ListAsync<T>(EventKind kind, IndexQuery query, CancellationToken cancel)
    {
        var limit = Clamp(query.Limit);
        var rows = await database.ReadAsync(
            async connection => (await connection.QueryAsync<(string Key, string View)>(
                ListSql(query), new { Kind = (int)kind, After = query.After ?? "", query.Project, query.Name, Sled = query.Sled?.Value, query.Phase, Limit = limit + 1 })).AsList(),
            cancel);
        return new()
        {
            Items = [.. rows.Take(limit).Select(row => JsonSerializer.Deserialize<T>(row.View, PropolisJson.Options)!)],
            Next = rows.Count > limit ? rows[limit - 1].Key : null,
        };
    }

    static string ListSql(IndexQuery query)
    {
        var sql = new StringBuilder("select key, view from index_entries where kind = @Kind and key > @After and hidden = 0");
        foreach (var (value, filter) in new[]
        {
            (query.Project, " and project = @Project"),
            (query.Name, " and name = @Name"),
            (query.Sled?.Value, " and sled = @Sled"),
            (query.Phase, " and phase = @Phase"),
        })
        {
            if (value is not null)
                sql.Append(filter);
        }
        return sql.Append(" order by key limit @Limit").ToString();
    }

    static int Clamp(int limit) => Math.Clamp(limit, 1, IndexQuery.LongestPage);

    sealed record EventRow
    {
        public long Sequence { get; init; }

        public long At { get; init; }

        public int Kind { get; init; }

        public string Subject { get; init; } = "";

        public string? Project { get; init; }

        public string Type { get; init; } = "";

        public string Actor { get; init; } = "";

        public string? Reason { get; init; }

        public ClusterEvent ToEvent() => new()
        {
            Sequence = Sequence,
            At = DateTimeOffset.FromUnixTimeMilliseconds(At),
            Kind = (EventKind)Kind,
            Subject = Subject,
            Project = Project,
            Type = Type,
            Actor = Actor,
            Reason = Reason,
        };
    }
}
