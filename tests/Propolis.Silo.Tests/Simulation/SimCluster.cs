using System.Globalization;
using System.Text;
using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Instances;
using Propolis.Silo.Migrations;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>
/// A whole run: users command, everything fails, then the failures stop and everything must come to its end. Afterwards the history, the records and the sleds must agree.
/// </summary>
sealed class SimCluster(SimWorld world, int instances = 6, int sleds = 4, EquatableList<PlacementGroup>? groups = null)
{
    readonly List<SimUser> _users = [.. Enumerable.Range(0, instances).Select(i => new SimUser(world, i, groups))];
    bool _goOn = true;

    public SimWorld World { get; } = world;

    public IReadOnlyList<SimUser> Users => _users;

    /// <summary>Runs with faults until so many steps are done, then without until all is settled, and checks.</summary>
    /// <param name="steps">Steps of the scheduler.</param>
    /// <param name="faults">What goes wrong meanwhile.</param>
    public void Run(long steps, SimFaults faults)
    {
        Begin();
        World.Faults = faults;
        var users = _users.Select(user => World.Start(() => user.LiveAsync(() => _goOn))).ToArray();
        var chaos = faults == SimFaults.None ? Task.CompletedTask : World.Start(BreakThingsAsync);
        while (World.Scheduler.Steps < steps && World.History.Violations.Count == 0)
            World.RunFor(TimeSpan.FromSeconds(10));
        _goOn = false;
        Heal();
        World.RunFor(TimeSpan.FromMinutes(1));
        // A silo that slept may have written what its successor has not read since; the successor finds out when it writes, at the latest when it starts anew.
        StartSilo();
        World.RunFor(TimeSpan.FromMinutes(20));
        Fail([.. World.History.Violations, .. users.Append(chaos).Where(task => task.IsFaulted).Select(task => task.Exception!.ToString())]);
        // The longest wait of all: a migration's hour in the queue.
        World.RunFor(TimeSpan.FromMinutes(70));
        Fail([.. World.History.Violations, .. Check()]);
    }

    /// <summary>Starts sleds and a silo.</summary>
    public void Begin()
    {
        for (var i = 1; i <= sleds; i++)
        {
            var agent = new SimAgent(World, i.ToString(CultureInfo.InvariantCulture)) { GuestFails = 0.0005 };
            World.Agents.Add(agent.Address, agent);
            agent.Start();
        }
        StartSilo();
        World.RunFor(TimeSpan.FromSeconds(3));
    }

    /// <summary>Starts a silo; the one before it is dead from now on, unless it only sleeps.</summary>
    public void StartSilo(bool sleeps = false)
    {
        if (!sleeps)
            World.Silo?.Kill();
        var silo = new SimSilo(World);
        World.Silo = silo;
        World.History.Note("a silo starts");
        _ = World.Start(() => silo.WakeAsync(World));
    }

    /// <summary>Everything lives and answers from now on.</summary>
    public void Heal()
    {
        World.History.Note("all is healed");
        World.Faults = SimFaults.None;
        foreach (var agent in World.Agents.Values)
        {
            (agent.IsCutOff, agent.GuestFails) = (false, 0);
            if (!agent.IsUp)
                agent.Start();
        }
        if (World.Silo is not { IsDead: false })
            StartSilo();
    }

    public void Fail(IReadOnlyCollection<string> faults)
    {
        if (faults.Count == 0)
            return;
        var text = new StringBuilder($"seed {World.Seed} failed after {World.Scheduler.Steps} steps (replay: PROPOLIS_SIM_SEED={World.Seed} PROPOLIS_SIM_STEPS={World.Scheduler.Steps})\n");
        text.AppendJoin('\n', faults).Append("\n\nwhat happened last:\n").AppendJoin('\n', World.History.Log);
        Assert.Fail(text.ToString());
    }

    async Task BreakThingsAsync()
    {
        var agents = World.Agents.Values.ToArray();
        while (_goOn)
        {
            await World.PauseAsync(20_000);
            var agent = agents[World.Random.Next(agents.Length)];
            switch (_goOn ? World.Random.Next(12) : -1)
            {
                case 0 or 1 or 2:
                    await RestartSiloAsync();
                    break;
                case 3:
                    SleepSilo();
                    break;
                case 4 or 5 when agent.IsUp:
                    agent.KillAgent();
                    await World.PauseAsync(8_000);
                    if (!agent.IsUp)
                        agent.Start();
                    break;
                case 6 when agent.IsUp:
                    agent.LosePower();
                    await World.PauseAsync(60_000);
                    if (!agent.IsUp)
                        agent.Start();
                    break;
                case 7 or 8:
                    agent.IsCutOff = true;
                    World.History.Note($"{agent.Sled} is cut off");
                    await World.PauseAsync(60_000);
                    agent.IsCutOff = false;
                    World.History.Note($"{agent.Sled} is back");
                    break;
                case 9:
                    await SetPolicyAsync(agent, SledPolicy.Draining);
                    await World.PauseAsync(60_000);
                    await SetPolicyAsync(agent, SledPolicy.InService);
                    break;
            }
        }
        foreach (var agent in agents)
            await SetPolicyAsync(agent, SledPolicy.InService);
    }

    async Task RestartSiloAsync()
    {
        World.Silo?.Kill();
        World.History.Note("the silo is killed");
        await World.PauseAsync(10_000);
        StartSilo();
    }

    void SleepSilo()
    {
        var sleeper = World.Silo;
        World.History.Note("the silo sleeps, and goes on beside another");
        StartSilo(sleeps: true);
        _ = World.Start(async () =>
        {
            await World.PauseAsync(20_000);
            sleeper?.Kill();
        });
    }

    async Task SetPolicyAsync(SimAgent agent, SledPolicy policy)
    {
        var command = new SledPolicyCommand { OperationId = "p", Actor = "u", Policy = policy };
        for (var i = 0; i < 100; i++)
        {
            try
            {
                if ((await World.Network.CallAsync<ISledGrain, Contracts.Results.Reply<SledView>>(agent.Sled.Value, sled => sled.SetPolicyAsync(command))).Refusal is null)
                    return;
            }
            catch (Contracts.Hosting.GrainCallException)
            {
            }
            await World.PauseAsync(3000);
        }
    }

    /// <summary>What does not fit together when all should be settled.</summary>
    public IEnumerable<string> Check()
    {
        var records = World.Store.Rows.ToArray();
        var states = records.Where(row => row.Key.StartsWith("inst-", StringComparison.Ordinal)).ToDictionary(row => row.Key, EntityCodec.Decode<InstanceState>);
        foreach (var user in _users)
        {
            if (!states.TryGetValue(user.Instance.Value, out var state))
            {
                if (user.Created)
                    yield return $"{user.Instance} was acknowledged and is gone";
                continue;
            }
            foreach (var fault in CheckInstance(user, state))
                yield return $"{user.Instance}: {fault} ({PhaseRules.Of(state)}, wanted {state.Desired}, {state.Reason})";
        }
        foreach (var fault in CheckMigrations(records).Concat(CheckSleds(records, states)))
            yield return fault;
        foreach (var row in records.Where(row => World.Store.Entries.GetValueOrDefault(row.Key)?.Version != row.Version))
            yield return $"{row.Key} is at version {row.Version}, and lists show {World.Store.Entries.GetValueOrDefault(row.Key)?.Version}";
    }

    IEnumerable<string> CheckInstance(SimUser user, InstanceState state)
    {
        var running = World.Agents.Values.SelectMany(agent => agent.Processes).Where(vmm => vmm.Instance == user.Instance).ToArray();
        if (!user.Desired.Contains(state.Desired))
            yield return $"the acknowledged command is lost: {string.Join(" or ", user.Desired)} was wanted";
        if (state.Leftovers.Count > 0 || state.Migration is not null || state.Target is not null)
            yield return $"is not settled: {state.Leftovers.Count} left behind, migration {state.Migration}";
        var phase = PhaseRules.Of(state);
        switch (state.Desired)
        {
            case DesiredState.Running when phase == InstancePhase.Running:
                if (running is not [{ GuestRuns: true, State: VmmState.Running } vmm] || vmm.Incarnation != state.Current!.Incarnation || vmm.Agent.Sled != state.Current.Sled)
                    yield return $"should run as incarnation {state.Current!.Incarnation} on {state.Current.Sled}; there is {string.Join(", ", running.Select(one => one.ToString()))}";
                break;
            case DesiredState.Running when phase == InstancePhase.Failed:
            case DesiredState.Stopped when phase == InstancePhase.Stopped:
            case DesiredState.Deleted when phase == InstancePhase.Deleted:
                if (running.Length > 0)
                    yield return $"should not run; there is {string.Join(", ", running.Select(one => one.ToString()))}";
                break;
            default:
                yield return "does not come to an end";
                break;
        }
    }

    IEnumerable<string> CheckMigrations(StoredEntity[] records)
    {
        foreach (var row in records.Where(row => row.Key.StartsWith("mig-", StringComparison.Ordinal)))
        {
            var migration = EntityCodec.Decode<MigrationState>(row);
            if (!MigrationRules.IsOver(migration))
                yield return $"{row.Key} does not come to an end: {migration.Phase}, {migration.Reason}";
        }
        foreach (var id in _users.SelectMany(user => user.Migrations).Where(id => !records.Any(row => row.Key == id)))
            yield return $"{id} was acknowledged and is gone";
        foreach (var row in records.Where(row => row.Key == ILimitsGrain.TheKey && EntityCodec.Decode<LimitsState>(row).Slots.Any(slot => slot.Until > World.Time.Now)))
            yield return "a migration's slot is still taken";
    }

    IEnumerable<string> CheckSleds(StoredEntity[] records, Dictionary<string, InstanceState> states)
    {
        foreach (var row in records.Where(row => row.Key.StartsWith("sled-", StringComparison.Ordinal)))
        {
            var sled = EntityCodec.Decode<SledState>(row);
            foreach (var one in sled.Reservations)
            {
                if (states.GetValueOrDefault(one.Instance.Value)?.Current is not { } vmm || vmm.Incarnation != one.Incarnation || vmm.Sled?.Value != row.Key)
                    yield return $"{row.Key} keeps room for {one.Instance}/{one.Incarnation}, which is not there: it is at {states.GetValueOrDefault(one.Instance.Value)?.Incarnation}, {states.GetValueOrDefault(one.Instance.Value)?.Current}";
            }
        }
    }
}
