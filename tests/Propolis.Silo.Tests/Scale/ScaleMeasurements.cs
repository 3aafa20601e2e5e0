using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Specs;
using Propolis.Silo.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Scale;

/// <summary>
/// What one silo does with a thousand sleds and twenty thousand instances, agents answering at once. Run by name (<c>-explicit only</c>); <c>PROPOLIS_SCALE_DB</c> names a database other than a new SQLite file.
/// </summary>
public sealed class ScaleMeasurements(ITestOutputHelper output)
{
    const int Sleds = 1000;
    const int Instances = 20_000;
    const int PerProject = 500;
    const int Callers = 64;

    [Fact(Explicit = true)]
    public async Task A_thousand_sleds_and_twenty_thousand_instances()
    {
        var directory = Directory.CreateTempSubdirectory("propolis-scale-");
        await using var database = await Databases.OpenAsync(Environment.GetEnvironmentVariable("PROPOLIS_SCALE_DB") ?? Path.Combine(directory.FullName, "silo.db"));
        var (store, signal) = (new EntityStore(database), new EventSignal());
        var index = new ClusterIndex(database, signal, TimeProvider.System);
        await using var host = new InProcessHost(new()
        {
            Store = store,
            Projections = new Projections(database, signal),
            Agents = new InstantAgents(),
            Regions = new HttpSledClient(new HttpClient(), TimeProvider.System),
            Directory = new LocalSledDirectory(),
            Time = TimeProvider.System,
            Log = NullLogger.Instance,
            Options = new() { SledSilence = TimeSpan.FromHours(1) },
        });
        await ForEachAsync(Sleds, i => host.Get<ISledGrain>($"sled-{i:d4}").RegisterAsync(new()
        {
            Sled = SledId.Make($"sled-{i:d4}"),
            Address = "http://127.0.0.1:1",
            Capacity = new() { Cpus = 64, MemoryMb = 65536 },
            Hypervisor = "kvm",
            AgentEpoch = 1,
        }));

        var began = Stopwatch.GetTimestamp();
        var times = await ForEachAsync(Instances, i => host.Get<IInstanceGrain>($"inst-{i:d5}").CreateAsync(new() { OperationId = "create", Actor = "u", Template = Template(i) }));
        var created = Stopwatch.GetElapsedTime(began);
        while ((await index.InstancesAsync(new() { Phase = "running", Limit = 1, After = null })).Items.Count == 0 || await CountRunningAsync(index) < Instances)
            await Task.Delay(200);
        var placed = Stopwatch.GetElapsedTime(began);
        output.WriteLine($"create: {Instances / created.TotalSeconds:0} a second with {Callers} callers, p50 {At(times, 0.5):0.0} ms, p95 {At(times, 0.95):0.0} ms, p99 {At(times, 0.99):0.0} ms");
        output.WriteLine($"placed and running: {Instances / placed.TotalSeconds:0} a second ({placed.TotalSeconds:0} s for all)");

        var alone = await ForEachAsync(200, i => host.Get<IInstanceGrain>($"inst-x{i}").CreateAsync(new() { OperationId = "create", Actor = "u", Template = Template(Instances + i) }), callers: 1);
        output.WriteLine($"create, one caller: p50 {At(alone, 0.5):0.0} ms, p95 {At(alone, 0.95):0.0} ms");
        foreach (var (name, after) in new[] { ("first", ""), ("middle", "inst-10000"), ("last", "inst-19899") })
        {
            var pages = await ForEachAsync(200, _ => index.InstancesAsync(new() { After = after, Limit = 100 }), callers: 1);
            output.WriteLine($"list, {name} page of 100: p50 {At(pages, 0.5):0.0} ms, p99 {At(pages, 0.99):0.0} ms");
        }
        directory.Delete(recursive: true);
    }

    static async Task<double[]> ForEachAsync(int count, Func<int, Task> work, int callers = Callers)
    {
        var times = new double[count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                var began = Stopwatch.GetTimestamp();
                await work(i);
                times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        })));
        return times;
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

    static double At(double[] times, double part) => times.Order().ElementAt((int)(times.Length * part));

    static InstanceTemplate Template(int i) => new()
    {
        Project = $"p{i / PerProject}",
        Name = $"i{i}",
        Spec = new() { Board = new() { Cpus = 2, MemoryMb = 2048, Chipset = new I440Fx { EnablePcie = false } }, Components = new([]) },
    };

    sealed class InstantAgents : ISledClient
    {
        readonly ConcurrentDictionary<(InstanceId, long), long> _sequences = [];

        public Task<VmmReply> EnsureAsync(string address, InstanceId instance, long incarnation, VmmEnsureRequest request) => Reply(instance, incarnation, VmmState.Running);

        public Task<VmmReply> SetStateAsync(string address, InstanceId instance, long incarnation, VmmStateRequest request) => Reply(instance, incarnation, VmmState.Stopped);

        public Task<VmmReply> RemoveAsync(string address, InstanceId instance, long incarnation) => Reply(instance, incarnation, VmmState.Absent);

        public Task<VmmReply> MigrateAsync(string address, InstanceId instance, long incarnation, VmmMigrateRequest request) => Reply(instance, incarnation, VmmState.Migrating);

        public Task<VmmReply> StopMigrationAsync(string address, InstanceId instance, long incarnation) => Reply(instance, incarnation, VmmState.Running);

        Task<VmmReply> Reply(InstanceId instance, long incarnation, VmmState state)
        {
            var sequence = _sequences.AddOrUpdate((instance, incarnation), 1, (_, last) => last + 1);
            return Task.FromResult(new VmmReply { Outcome = VmmOutcome.Done, Status = new() { Instance = instance, Incarnation = incarnation, State = state, Sequence = sequence } });
        }
    }
}
