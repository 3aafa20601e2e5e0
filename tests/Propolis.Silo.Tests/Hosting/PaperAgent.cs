using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Sleds;

namespace Propolis.Silo.Tests.Hosting;

/// <summary>An agent by the rules of <see cref="AgentRoutes"/> whose guests run on paper: they start and stop at once.</summary>
/// <param name="name">Its sled's name.</param>
sealed class PaperAgent(string name)
{
    readonly Lock _lock = new();
    readonly Dictionary<InstanceId, IncarnationMemory> _memory = [];
    readonly Dictionary<(InstanceId Instance, long Incarnation), VmmState> _vmms = [];
    long _sequence = 1L << 32;

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

    /// <summary>What a heartbeat says.</summary>
    public SledHeartbeat Heartbeat
    {
        get
        {
            lock (_lock)
                return new() { AgentEpoch = 1, Vmms = [.. _vmms.Keys.Select(key => Status(key.Instance, key.Incarnation))] };
        }
    }

    /// <summary>What it says at its start.</summary>
    public SledRegistration Register(string address, long memoryMb) => new()
    {
        Sled = Id,
        Address = address,
        Capacity = new() { Cpus = 10_000, MemoryMb = memoryMb },
        Hypervisor = "kvm",
        AgentEpoch = 1,
    };

    public VmmReply Ensure(InstanceId instance, long incarnation) => Answer(instance, incarnation, memory =>
    {
        if (!AgentRules.MayEnsure(memory, incarnation))
            return VmmOutcome.Stale;
        _memory[instance] = AgentRules.AfterEnsure(memory, incarnation);
        EndBelow(instance, incarnation);
        _vmms.TryAdd((instance, incarnation), VmmState.Running);
        return VmmOutcome.Done;
    });

    public VmmReply Stop(InstanceId instance, long incarnation) => End(instance, incarnation, VmmState.Stopped);

    /// <summary>The guest's process crashes.</summary>
    public VmmReply Fail(InstanceId instance, long incarnation) => End(instance, incarnation, VmmState.Failed);

    public VmmReply Remove(InstanceId instance, long incarnation) => Answer(instance, incarnation, memory =>
    {
        _memory[instance] = AgentRules.AfterRemove(memory, incarnation);
        EndBelow(instance, incarnation + 1);
        return VmmOutcome.Done;
    });

    VmmReply End(InstanceId instance, long incarnation, VmmState state) => Answer(instance, incarnation, _ =>
    {
        if (_vmms.ContainsKey((instance, incarnation)))
            _vmms[(instance, incarnation)] = state;
        return VmmOutcome.Done;
    });

    VmmReply Answer(InstanceId instance, long incarnation, Func<IncarnationMemory, VmmOutcome> command)
    {
        lock (_lock)
            return new() { Outcome = command(_memory.GetValueOrDefault(instance) ?? new()), Status = Status(instance, incarnation) };
    }

    void EndBelow(InstanceId instance, long incarnation)
    {
        foreach (var key in _vmms.Keys.Where(key => key.Instance == instance && key.Incarnation < incarnation).ToArray())
            _vmms.Remove(key);
    }

    VmmStatus Status(InstanceId instance, long incarnation) => new()
    {
        Instance = instance,
        Incarnation = incarnation,
        State = _vmms.GetValueOrDefault((instance, incarnation), VmmState.Absent),
        Sequence = _sequence++,
        ServerAddress = "127.0.0.1:1",
    };
}
