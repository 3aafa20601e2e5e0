using System.Diagnostics;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Messaging;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Orleans.Clustering;
using Propolis.Silo.Orleans.Hosting;
using Propolis.Silo.Storage;
using Propolis.Silo.Tests.Storage;

namespace Propolis.Silo.Orleans.Tests.Processes;

/// <summary>Silos as processes on a PostgreSQL server: killed, frozen, moved. Limits are wide, because the machine may be busy; the figures are printed.</summary>
/// <param name="server">The server.</param>
public sealed class OrleansProcessTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(90);
    const double LongestGap = 20;

    readonly List<SiloProcess> _silos = [];
    string _database = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        _database = await server.CreateDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
            await silo.DisposeAsync();
    }

    [Fact]
    public async Task A_silo_that_is_killed_loses_and_doubles_nothing()
    {
        const int count = 200;
        var silos = await StartAsync(2);
        var burst = new Burst(Grains(silos), "vol-burst-", CreateVolumeAsync, async (grains, key) => Assert.Equal(1, (await CheckOutAsync(grains, key)).Generation));
        await burst.RunAsync(count, silos[0].KillAsync);

        Show("killed while volumes were made", burst);
        Assert.Equal(Keys("vol-burst-", count), await StoredAsync("vol-burst-%"));
        Assert.Equal(Keys("vol-burst-", count).SelectMany(key => new[] { (key, "checked-out"), (key, "created") }), await EventsAsync("vol-burst-%"));
        Assert.True(burst.LongestSilence < LongestGap, $"no call was answered for {burst.LongestSilence} s");
    }

    [Fact]
    public async Task Instances_made_while_a_silo_is_killed_all_run_and_each_runs_once()
    {
        const int count = 120;
        var silos = await StartAsync(2);
        await using var sleds = await PaperSleds.StartAsync(3, Grains(silos));
        var burst = new Burst(Grains(silos), "inst-burst-", CreateInstanceAsync);
        await burst.RunAsync(count, silos[0].KillAsync);
        Show("killed while instances were made", burst);

        // The index is read and no grain is called: whoever lost its silo goes on by itself.
        var began = Stopwatch.GetTimestamp();
        await WaitAsync("not all instances run", "select count(*) from index_entries where key like 'inst-burst-%' and phase = 'running'", count);
        TestContext.Current.SendDiagnosticMessage("all run {0:0.0} s after the last was acknowledged", Stopwatch.GetElapsedTime(began).TotalSeconds);
        Assert.Equal(Keys("inst-burst-", count), await StoredAsync("inst-burst-%"));
        Assert.Equal(Keys("inst-burst-", count), sleds.Running.Select(id => id.Value).Order(StringComparer.Ordinal));
        Assert.Equal(count, (await silos[1].Grains.Get<IProjectGrain>("proj-p").GetAsync()).Used.Instances);
    }

    [Fact]
    public async Task A_silo_that_is_frozen_loses_nothing_never_answers_from_memory_and_ends_itself()
    {
        var silos = await StartAsync(2);
        var volumes = await MakeVolumesAsync(silos[1].Grains, 8);
        silos[1].Stop();
        var began = Stopwatch.GetTimestamp();
        foreach (var key in volumes)
            await RepeatAsync(async () => Assert.Equal(1, (await CheckOutAsync(silos[0].Grains, key)).Generation));
        TestContext.Current.SendDiagnosticMessage("frozen: all volumes answered after {0:0.0} s", Stopwatch.GetElapsedTime(began).TotalSeconds);
        await WaitAsync("the frozen silo is not declared dead", $"select count(*) from cluster_members where status = {(int)SiloStatus.Dead}", 1);
        silos[1].Continue();

        // It may answer what is written, or not at all.
        foreach (var key in volumes)
        {
            if (await Record.ExceptionAsync(async () => Assert.Equal(1, (await silos[1].Grains.Get<IVolumeGrain>(key).GetAsync()).Value!.Generation)) is { } failure)
                Assert.IsType<GrainCallException>(failure);
        }
        Assert.NotEqual(0, await silos[1].EndAsync());
    }

    [Fact]
    public async Task Silos_that_were_all_killed_come_back_on_other_addresses()
    {
        var silos = await StartAsync(2);
        var volumes = await MakeVolumesAsync(silos[0].Grains, 4);
        await Task.WhenAll(silos.Select(silo => silo.KillAsync()));

        var began = Stopwatch.GetTimestamp();
        var others = await StartAsync(2);
        TestContext.Current.SendDiagnosticMessage("all killed: two others were ready after {0:0.0} s", Stopwatch.GetElapsedTime(began).TotalSeconds);
        foreach (var key in volumes)
            Assert.Equal(1, (await CheckOutAsync(others[1].Grains, key)).Generation);
    }

    [Fact]
    public async Task A_client_finds_grains_by_the_gateways_and_a_silo_in_process_is_kept_away()
    {
        var silo = (await StartAsync(1))[0];
        await MakeVolumesAsync(silo.Grains, 1);
        using var client = Client();
        await client.StartAsync();
        var grains = new OrleansGrains(client.Services.GetRequiredService<IGrainFactory>(), new(), TimeProvider.System);
        Assert.Equal("vol-0", (await grains.Get<IVolumeGrain>("vol-0").GetAsync()).Value!.Template.Name);
        await client.StopAsync();

        await using var database = await Databases.OpenAsync(_database);
        var refused = await Assert.ThrowsAsync<StoreException>(() => new SiloLease(database, TimeProvider.System).AcquireAsync(SiloLease.ThisProcess()));
        Assert.Contains(ClusterLease.Holder, refused.Message, StringComparison.Ordinal);
    }

    IHost Client()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(client => client.Configure<global::Orleans.Configuration.ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (OrleansSilo.Cluster, OrleansSilo.Cluster)));
        builder.Services.AddSingleton(NpgsqlDataSource.Create(_database));
        builder.Services.AddSingleton<IGatewayListProvider, PostgresGateways>();
        builder.Services.AddPropolisExceptions();
        return builder.Build();
    }

    async Task<SiloProcess[]> StartAsync(int count)
    {
        var silos = await SiloProcess.StartAsync(_database, count);
        _silos.AddRange(silos);
        return silos;
    }

    static IReadOnlyList<IGrains> Grains(SiloProcess[] silos) => [.. silos.Select(silo => silo.Grains)];

    static IEnumerable<string> Keys(string prefix, int count) => Enumerable.Range(1, count).Select(i => $"{prefix}{i}").Order(StringComparer.Ordinal);

    async Task<IEnumerable<string>> StoredAsync(string pattern)
    {
        await using var connection = new NpgsqlConnection(_database);
        return (await connection.QueryAsync<string>("select key from entities where key like @pattern", new { pattern })).Order(StringComparer.Ordinal);
    }

    async Task<IEnumerable<(string, string)>> EventsAsync(string pattern)
    {
        await using var connection = new NpgsqlConnection(_database);
        var events = await connection.QueryAsync<(string Subject, string Type)>("select subject, type from events where subject like @pattern", new { pattern });
        return events.OrderBy(one => one.Subject, StringComparer.Ordinal).ThenBy(one => one.Type, StringComparer.Ordinal);
    }

    async Task WaitAsync(string failure, string query, long count)
    {
        await using var connection = new NpgsqlConnection(_database);
        var began = Stopwatch.GetTimestamp();
        while (await connection.QuerySingleAsync<long>(query) is { } present && present < count)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < WaitLimit, $"{failure}: {present} of {count}");
            await Task.Delay(50);
        }
    }

    static void Show(string what, Burst burst) => TestContext.Current.SendDiagnosticMessage(
        "{0}: {1} made; longest silence {2:0.0} s, longest call {3:0.0} s", what, burst.Acknowledged.Count, burst.LongestSilence, burst.Longest);

    static async Task<string[]> MakeVolumesAsync(IGrains grains, int count)
    {
        var keys = Enumerable.Range(0, count).Select(i => $"vol-{i}").ToArray();
        foreach (var key in keys)
            await CreateVolumeAsync(grains, key);
        return keys;
    }

    static async Task CreateVolumeAsync(IGrains grains, string key)
    {
        var template = new VolumeTemplate { Project = "p", Name = key, Kind = VolumeKind.Memory, SizeBytes = 512 };
        Assert.Null((await grains.Get<IVolumeGrain>(key).CreateAsync(new() { OperationId = "create", Actor = "test", Template = template })).Refusal);
    }

    static async Task CreateInstanceAsync(IGrains grains, string key)
    {
        var spec = new InstanceSpec { Board = new() { Cpus = 1, MemoryMb = 128, Chipset = new I440Fx { EnablePcie = false } }, Components = new([]) };
        var request = new CreateInstance { OperationId = "create", Actor = "test", Template = new() { Project = "p", Name = key, Spec = spec } };
        Assert.Null((await grains.Get<IInstanceGrain>(key).CreateAsync(request)).Refusal);
    }

    static async Task<VolumeTicket> CheckOutAsync(IGrains grains, string key)
    {
        var holder = new VolumeHolder { Instance = InstanceId.Make("inst-a"), Incarnation = 1 };
        return (await grains.Get<IVolumeGrain>(key).CheckoutAsync(new() { OperationId = "checkout", Holder = holder, Reason = "start" })).Value!;
    }

    static async Task RepeatAsync(Func<Task> call)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (GrainCallException) when (Stopwatch.GetElapsedTime(began).TotalSeconds < 60)
            {
                await Task.Delay(50);
            }
        }
    }
}
