using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Bench.Reports;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Specs;
using Propolis.Silo.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Bench.ControlPlane;

/// <summary>One silo in this process over a new SQLite database, with simulated sleds whose agents answer at once.</summary>
sealed class ControlPlaneBench(int sleds, int instances, string folder, string? db, Action<string> say)
{
    const int PerProject = 500;
    const int Callers = 64;
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    readonly TimeProvider _clock = TimeProvider.System;

    /// <summary>Registers sleds, creates instances and waits until all run, then reads lists.</summary>
    public async Task<BenchTable> RunAsync()
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, $"controlplane-{Environment.ProcessId}"));
        try
        {
            await using var database = await Databases.OpenAsync(db ?? Path.Combine(place.FullName, "silo.db"));
            var signal = new EventSignal();
            var index = new ClusterIndex(database, signal, _clock);
            using var http = new HttpClient();
            await using var host = new InProcessHost(new()
            {
                Store = new EntityStore(database),
                Projections = new Projections(database, signal),
                Agents = new InstantAgents(),
                Regions = new HttpSledClient(http, _clock),
                Directory = new LocalSledDirectory(),
                Time = _clock,
                Log = NullLogger.Instance,
                Options = new() { SledSilence = TimeSpan.FromHours(1) },
            });
            return await MeasureAsync(host, index).WaitAsync(Limit);
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    async Task<BenchTable> MeasureAsync(InProcessHost host, ClusterIndex index)
    {
        var table = new BenchTable("One silo (times in milliseconds)", "what", "a second", "p50", "p95", "p99");
        say($"registering {sleds} sleds ...");
        await TimedAsync(table, "register a sled, 64 callers", sleds, Callers, i => host.Get<ISledGrain>($"sled-{i:d4}").RegisterAsync(Registration(i)));
        say($"creating {instances} instances ...");
        var began = _clock.GetTimestamp();
        await TimedAsync(table, "create an instance, 64 callers", instances, Callers, i => CreateAsync(host, $"inst-{i:d5}", i));
        while (await CountRunningAsync(index) < instances)
            await Task.Delay(TimeSpan.FromMilliseconds(200), _clock);
        table.Add("from creation to running, all of them", instances / _clock.GetElapsedTime(began).TotalSeconds, null, null, null);
        await TimedAsync(table, "create an instance, one caller", 200, 1, i => CreateAsync(host, $"inst-x{i}", instances + i));
        foreach (var (name, after) in new[] { ("first", ""), ("middle", $"inst-{instances / 2:d5}"), ("last", $"inst-{instances - 101:d5}") })
            await TimedAsync(table, $"list instances, {name} page of 100", 1000, 1, _ => index.InstancesAsync(new() { After = after, Limit = 100 }));
        await TimedAsync(table, "list sleds, first page of 100", 1000, 1, _ => FreshSleds.ListAsync(index, host, new() { Limit = 100 }, _clock));
        await TimedAsync(table, "list sleds, page of 1000", 100, 1, _ => FreshSleds.ListAsync(index, host, new() { Limit = 1000 }, _clock));
        return table;
    }

    static SledRegistration Registration(int i) => new()
    {
        Sled = SledId.Make($"sled-{i:d4}"),
        Address = "http://127.0.0.1:1",
        Capacity = new() { Cpus = 64, MemoryMb = 65536 },
        Hypervisor = "kvm",
        AgentEpoch = 1,
    };

    static Task CreateAsync(InProcessHost host, string key, int i) => host.Get<IInstanceGrain>(key).CreateAsync(new()
    {
        OperationId = "create",
        Actor = "bench",
        Template = new()
        {
            Project = $"p{i / PerProject}",
            Name = $"i{i}",
            Spec = new() { Board = new() { Cpus = 2, MemoryMb = 2048, Chipset = new I440Fx { EnablePcie = false } }, Components = new([]) },
        },
    });

    async Task TimedAsync(BenchTable table, string name, int count, int callers, Func<int, Task> work)
    {
        var (next, began) = (-1, _clock.GetTimestamp());
        var lanes = Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var latencies = new Latencies();
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                var started = _clock.GetTimestamp();
                await work(i);
                latencies.Add(_clock.GetTimestamp() - started);
            }

            return latencies;
        })).ToList();
        var all = new Latencies();
        foreach (var lane in lanes)
            all.Add(await lane);
        var seconds = _clock.GetElapsedTime(began).TotalSeconds;
        table.Add(name, count / seconds, all.Quantile(0.5) / 1000, all.Quantile(0.95) / 1000, all.Quantile(0.99) / 1000);
    }

    static async Task<int> CountRunningAsync(ClusterIndex index)
    {
        var (count, after) = (0, (string?)null);
        do
        {
            var page = await index.InstancesAsync(new() { Phase = "running", After = after, Limit = IndexQuery.LongestPage });
            (count, after) = (count + page.Items.Count, page.Next);
        }
        while (after is not null);
        return count;
    }
}
