using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Silo.Migrations;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>One migration, and one thing that breaks at one moment of it: at each write of the control plane, and at each step of the guest's way.</summary>
public sealed class MigrationFaultTests(ITestOutputHelper output)
{
    static readonly Dictionary<string, Action<SimCluster, SimAgent, SimAgent>> Faults = new()
    {
        ["silo"] = (cluster, _, _) => cluster.StartSilo(),
        ["source agent"] = (_, source, _) => Restart(source, source.KillAgent),
        ["target agent"] = (_, _, target) => Restart(target, target.KillAgent),
        ["source power"] = (_, source, _) => Restart(source, source.LosePower),
        ["target power"] = (_, _, target) => Restart(target, target.LosePower),
        ["source network"] = (_, source, _) => source.IsCutOff = true,
        ["target network"] = (_, _, target) => target.IsCutOff = true,
        ["abort"] = (cluster, _, _) => _ = cluster.World.Start(() => AbortAsync(cluster)),
    };

    [Theory]
    [InlineData("silo")]
    [InlineData("source agent")]
    [InlineData("target agent")]
    [InlineData("source power")]
    [InlineData("target power")]
    [InlineData("source network")]
    [InlineData("target network")]
    [InlineData("abort")]
    public void Whatever_breaks_at_any_write_one_guest_runs_and_nothing_is_left(string fault)
    {
        var (moments, ends) = (0, new Dictionary<MigrationPhase, int>());
        while (RunOnce(fault, ++moments) is { } phase)
            ends[phase] = ends.GetValueOrDefault(phase) + 1;
        output.WriteLine($"{fault}: {moments - 1} moments: {string.Join(", ", ends.Select(end => $"{end.Value} {end.Key}"))}");
        Assert.True(moments > 10, $"only {moments} moments");
    }

    /// <summary>Breaks something at the n-th write behind the migration's start.</summary>
    /// <returns>How the migration ended; null when it has no so many writes.</returns>
    static MigrationPhase? RunOnce(string fault, int moment)
    {
        var countdown = new Countdown();
        var world = new SimWorld(moment) { WrapStore = store => new CountingStore(store, countdown) };
        var cluster = new SimCluster(world, instances: 1, sleds: 3);
        cluster.Begin();
        var user = cluster.Users[0];
        world.Run(async () =>
        {
            await user.CreateAsync();
            return 0;
        });
        world.RunFor(TimeSpan.FromSeconds(20));
        var source = world.Agents.Values.Single(agent => agent.Processes.Any(vmm => vmm.GuestRuns));
        var target = world.Agents.Values.First(agent => agent != source);
        countdown.Start(moment, () => Faults[fault](cluster, source, target));
        world.Run(async () =>
        {
            await StartAsync(cluster, user.Instance, target.Sled);
            return 0;
        });
        world.RunFor(TimeSpan.FromSeconds(40));
        var broke = countdown.IsDone;
        cluster.Heal();
        world.RunFor(TimeSpan.FromMinutes(10));
        cluster.Fail([.. world.History.Violations, .. cluster.Check()]);
        var row = world.Store.Rows.Single(row => row.Key == "mig-a");
        return broke ? EntityCodec.Decode<MigrationState>(row).Phase : null;
    }

    static void Restart(SimAgent agent, Action end)
    {
        if (!agent.IsUp)
            return;
        end();
        _ = agent.World.Start(async () =>
        {
            await agent.World.Time.Delay(TimeSpan.FromSeconds(15));
            if (!agent.IsUp)
                agent.Start();
        });
    }

    static async Task StartAsync(SimCluster cluster, InstanceId instance, SledId target)
    {
        var request = new StartMigration { OperationId = "a", Actor = "u", Instance = instance, Target = target };
        await InsistAsync(cluster, migration => migration.StartAsync(request));
    }

    static Task AbortAsync(SimCluster cluster) => InsistAsync(cluster, migration => migration.AbortAsync(new() { Actor = "u", Reason = "changed my mind" }));

    static async Task InsistAsync(SimCluster cluster, Func<IMigrationGrain, Task<Reply<MigrationView>>> call)
    {
        for (var i = 0; i < 20; i++)
        {
            try
            {
                await cluster.World.Network.CallAsync("mig-a", call);
                return;
            }
            catch (Contracts.Hosting.GrainCallException)
            {
                await cluster.World.PauseAsync(2000);
            }
        }
    }

    sealed class Countdown
    {
        int _left = -1;
        Action _act = () => { };

        public bool IsDone => _left == 0;

        public void Start(int moments, Action act) => (_left, _act) = (moments, act);

        public void Count()
        {
            if (_left > 0 && --_left == 0)
                _act();
        }
    }

    sealed class CountingStore(IEntityStore store, Countdown countdown) : IEntityStore
    {
        public Task<StoredEntity?> ReadAsync(string key, CancellationToken cancel = default) => store.ReadAsync(key, cancel);

        public async Task WriteAsync(StoredEntity entity, CancellationToken cancel = default)
        {
            await store.WriteAsync(entity, cancel);
            countdown.Count();
        }
    }
}
