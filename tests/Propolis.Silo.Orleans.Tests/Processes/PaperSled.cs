using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;

namespace Propolis.Silo.Orleans.Tests.Processes;

/// <summary>A sled whose guests run on paper: an agent by the rules of <see cref="AgentRoutes"/>, which calls whichever silo answers.</summary>
/// <param name="name">Its name.</param>
/// <param name="silos">The silos.</param>
sealed class PaperSled(string name, IReadOnlyList<IGrains> silos)
{
    static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    readonly Dictionary<InstanceId, IncarnationMemory> _memory = [];
    readonly Dictionary<(InstanceId Instance, long Incarnation), VmmState> _vmms = [];
    long _sequence = 1L << 32;
    int _silo;

    public SledId Id { get; } = SledId.Make($"sled-{name}");

    /// <summary>The guests that run.</summary>
    public IReadOnlyList<InstanceId> Running
    {
        get
        {
            lock (_lock)
                return [.. _vmms.Where(vmm => vmm.Value == VmmState.Running).Select(vmm => vmm.Key.Instance)];
        }
    }

    /// <summary>Serves silos below a path of its own.</summary>
    public void Map(WebApplication app)
    {
        app.MapPut($"/{name}{AgentRoutes.VmmPattern}", (string instance, long incarnation) => Answer(instance, incarnation, Ensure));
        app.MapPut($"/{name}{AgentRoutes.VmmPattern}/state", (string instance, long incarnation) => Answer(instance, incarnation, Stop));
        app.MapDelete($"/{name}{AgentRoutes.VmmPattern}", (string instance, long incarnation) => Answer(instance, incarnation, Remove));
    }

    /// <summary>Registers, and beats until stopped.</summary>
    /// <param name="address">The address that <see cref="Map"/> is served at.</param>
    /// <param name="stop">Ends it.</param>
    public async Task LiveAsync(Uri address, CancellationToken stop)
    {
        var register = true;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var sled = silos[_silo % silos.Count].Get<ISledGrain>(Id.Value);
                if (register)
                    await sled.RegisterAsync(Registration(address));
                register = (await sled.HeartbeatAsync(new() { AgentEpoch = 1, Vmms = Statuses() })).Register;
            }
            catch (GrainCallException)
            {
                _silo++;
            }
            await Task.WhenAny(Task.Delay(BeatEvery, stop));
        }
    }

    IResult Answer(string instance, long incarnation, Func<InstanceId, long, VmmOutcome> command)
    {
        lock (_lock)
        {
            var id = InstanceId.Make(instance);
            return Results.Json(new VmmReply { Outcome = command(id, incarnation), Status = Status(id, incarnation) }, PropolisJson.Options);
        }
    }

    VmmOutcome Ensure(InstanceId instance, long incarnation)
    {
        var memory = _memory.GetValueOrDefault(instance) ?? new();
        if (!AgentRules.MayEnsure(memory, incarnation))
            return VmmOutcome.Stale;
        _memory[instance] = AgentRules.AfterEnsure(memory, incarnation);
        EndBelow(instance, incarnation);
        _vmms.TryAdd((instance, incarnation), VmmState.Running);
        return VmmOutcome.Done;
    }

    VmmOutcome Stop(InstanceId instance, long incarnation)
    {
        if (_vmms.ContainsKey((instance, incarnation)))
            _vmms[(instance, incarnation)] = VmmState.Stopped;
        return VmmOutcome.Done;
    }

    VmmOutcome Remove(InstanceId instance, long incarnation)
    {
        _memory[instance] = AgentRules.AfterRemove(_memory.GetValueOrDefault(instance) ?? new(), incarnation);
        EndBelow(instance, incarnation + 1);
        return VmmOutcome.Done;
    }

    void EndBelow(InstanceId instance, long incarnation)
    {
        foreach (var key in _vmms.Keys.Where(key => key.Instance == instance && key.Incarnation < incarnation).ToArray())
            _vmms.Remove(key);
    }

    EquatableList<VmmStatus> Statuses()
    {
        lock (_lock)
            return [.. _vmms.Keys.Select(key => Status(key.Instance, key.Incarnation))];
    }

    VmmStatus Status(InstanceId instance, long incarnation) => new()
    {
        Instance = instance,
        Incarnation = incarnation,
        State = _vmms.GetValueOrDefault((instance, incarnation), VmmState.Absent),
        Sequence = _sequence++,
        ServerAddress = "127.0.0.1:1",
    };

    SledRegistration Registration(Uri address) => new()
    {
        Sled = Id,
        Address = new Uri(address, name).ToString(),
        Capacity = new() { Cpus = 100_000, MemoryMb = 100_000_000 },
        Hypervisor = "kvm",
        AgentEpoch = 1,
    };
}
