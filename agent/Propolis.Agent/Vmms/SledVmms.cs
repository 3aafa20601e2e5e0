using System.Collections.Concurrent;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;

namespace Propolis.Agent.Vmms;

/// <summary>
/// All VMMs of the sled, and the rules of <see cref="AgentRoutes"/> over them. Commands to one instance are carried out one at a time;
/// whatever is promised is on disk before it is acted on.
/// </summary>
/// <param name="sled">What the sled's VMMs share.</param>
sealed class SledVmms(SledParts sled)
{
    readonly ConcurrentDictionary<InstanceId, InstanceSlot> _slots = [];
    readonly ConcurrentDictionary<int, VmmKey> _ports = [];
    readonly Lock _portLock = new();
    double _cpuOfRemoved;

    /// <summary>Goes on with what an earlier agent left. Done once, before anything is answered.</summary>
    public void Adopt()
    {
        foreach (var record in sled.Store.Load())
        {
            var vmm = Vmm.Adopt(sled, record);
            Slot(record.Instance).Vmms[record.Incarnation] = vmm;
            if (AgentRules.IsFinal(vmm.Status.State))
                continue;
            _ports[record.Port] = record.Key();
            if (record.MigrationPort != 0)
                _ports[record.MigrationPort] = record.Key();
            _ = FreePortsAsync(vmm, record);
        }
    }

    /// <summary>Makes and runs a VMM.</summary>
    public async Task<VmmReply> EnsureAsync(VmmKey key, VmmEnsureRequest request)
    {
        var slot = Slot(key.Instance);
        using var turn = await slot.EnterAsync();
        if (!AgentRules.MayEnsure(slot.Memory, key.Incarnation))
            return Stale(key, slot);
        slot.Remember(AgentRules.AfterEnsure(slot.Memory, key.Incarnation));
        if (slot.Vmms.TryGetValue(key.Incarnation, out var there))
            return Done(there.Status);
        if (VmmRules.WhyNot(request, sled.Capacity) is { } fault)
            return new VmmReply { Outcome = VmmOutcome.Refused, Status = Absent(key), Reason = fault };
        // The older one of a migration's target is its source.
        foreach (var older in request.Source is null ? slot.Vmms.Values : [])
            await older.EndAsync();
        var record = new VmmRecord
        {
            Instance = key.Instance,
            Incarnation = key.Incarnation,
            Request = request,
            Port = ChoosePort(key),
            MigrationPort = request.Source is null ? 0 : ChoosePort(key),
        };
        VmmLog.Starts(sled.Log, key);
        var vmm = Vmm.Start(sled, record);
        slot.Vmms[key.Incarnation] = vmm;
        _ = FreePortsAsync(vmm, record);
        return Done(vmm.Status);
    }

    /// <summary>Stops or reboots a VMM.</summary>
    public async Task<VmmReply> RequestAsync(VmmKey key, VmmStateRequest request, CancellationToken cancellation)
    {
        var slot = Slot(key.Instance);
        using var turn = await slot.EnterAsync();
        if (!slot.Vmms.TryGetValue(key.Incarnation, out var vmm))
            return Done(Absent(key));
        if (AgentRules.IsFinal(vmm.Status.State))
            return Done(vmm.Status);
        if (request.Requested == VmmRequest.Stop)
            vmm.Stop();
        else if (await vmm.RebootAsync(request.OperationId, cancellation) is { } fault)
            return new VmmReply { Outcome = VmmOutcome.Refused, Status = vmm.Status, Reason = fault };
        return Done(vmm.Status);
    }

    /// <summary>Sends a VMM's guest to a target that waits.</summary>
    public async Task<VmmReply> SendAsync(VmmKey key, VmmMigrateRequest request, CancellationToken cancellation)
    {
        var slot = Slot(key.Instance);
        using var turn = await slot.EnterAsync();
        if (!slot.Vmms.TryGetValue(key.Incarnation, out var vmm))
            return new VmmReply { Outcome = VmmOutcome.Refused, Status = Absent(key), Reason = "the sled has no such VMM" };
        var fault = await vmm.SendAsync(request, cancellation);
        return new VmmReply { Outcome = fault is null ? VmmOutcome.Done : VmmOutcome.Refused, Status = vmm.Status, Reason = fault };
    }

    /// <summary>Stops to send; the guest stays, unless it is too late.</summary>
    public async Task<VmmReply> CancelSendingAsync(VmmKey key, CancellationToken cancellation)
    {
        var slot = Slot(key.Instance);
        using var turn = await slot.EnterAsync();
        if (!slot.Vmms.TryGetValue(key.Incarnation, out var vmm))
            return Done(Absent(key));
        await vmm.CancelSendingAsync(cancellation);
        return Done(vmm.Status);
    }

    /// <summary>Ends a VMM and all older ones of its instance at once, and refuses them for ever.</summary>
    public async Task<VmmReply> RemoveAsync(VmmKey key)
    {
        var slot = Slot(key.Instance);
        using var turn = await slot.EnterAsync();
        slot.Remember(AgentRules.AfterRemove(slot.Memory, key.Incarnation));
        foreach (var (incarnation, vmm) in slot.Vmms.Where(entry => entry.Key <= key.Incarnation).ToArray())
        {
            await vmm.EndAsync();
            sled.Store.Delete(vmm.Record.Key());
            slot.Vmms.TryRemove(incarnation, out _);
            Count(vmm);
            VmmLog.Removed(sled.Log, vmm.Record.Key());
        }
        return Done(Absent(key));
    }

    /// <summary>What a VMM does.</summary>
    public async Task<VmmReply> GetAsync(VmmKey key)
    {
        var slot = Slot(key.Instance);
        // In turn with removals: a number given to "absent" must not be lower than the last one given to the VMM.
        using var turn = await slot.EnterAsync();
        return Done(slot.Vmms.TryGetValue(key.Incarnation, out var vmm) ? vmm.Status : Absent(key));
    }

    /// <summary>A VMM, if it is there.</summary>
    public Vmm? Find(VmmKey key) => _slots.TryGetValue(key.Instance, out var slot) && slot.Vmms.TryGetValue(key.Incarnation, out var vmm) ? vmm : null;

    /// <summary>What all VMMs do, ended ones included, in the order of their names.</summary>
    public IReadOnlyList<VmmStatus> All() =>
        [.. _slots.Values.SelectMany(slot => slot.Vmms.Values).Select(vmm => vmm.Status).OrderBy(status => status.Instance.Value, StringComparer.Ordinal).ThenBy(status => status.Incarnation)];

    /// <summary>What all VMMs use.</summary>
    public SledUsage Usage()
    {
        var all = _slots.Values.SelectMany(slot => slot.Vmms.Values).Select(vmm => (vmm.Record.Request.Spec.Board, Usage: vmm.Usage())).ToArray();
        var running = all.Where(vmm => vmm.Usage.Now is not null).ToArray();
        return new SledUsage
        {
            Running = running.Length,
            Cpus = running.Sum(vmm => vmm.Board.Cpus),
            MemoryMb = running.Sum(vmm => (long)vmm.Board.MemoryMb),
            ResidentBytes = running.Sum(vmm => vmm.Usage.Now!.Value.ResidentBytes),
            CpuSeconds = Volatile.Read(ref _cpuOfRemoved) + all.Sum(vmm => vmm.Usage.Cpu.TotalSeconds),
        };
    }

    InstanceSlot Slot(InstanceId instance) => _slots.GetOrAdd(instance, id => new InstanceSlot(id, sled.Store));

    static VmmReply Done(VmmStatus status) => new() { Outcome = VmmOutcome.Done, Status = status };

    VmmReply Stale(VmmKey key, InstanceSlot slot) => new()
    {
        Outcome = VmmOutcome.Stale,
        Status = slot.Vmms.TryGetValue(key.Incarnation, out var vmm) ? vmm.Status : Absent(key),
        Reason = key.Incarnation <= slot.Memory.Removed ? $"incarnation {slot.Memory.Removed} and all below were removed" : $"incarnation {slot.Memory.Highest} was asked for already",
    };

    VmmStatus Absent(VmmKey key) => new() { Instance = key.Instance, Incarnation = key.Incarnation, State = VmmState.Absent, Sequence = sled.Sequences.Next(), Sled = sled.Labels.Sled };

    int ChoosePort(VmmKey key)
    {
        lock (_portLock)
        {
            var port = sled.Processes.ChoosePort(_ports.Keys.ToHashSet());
            _ports[port] = key;
            return port;
        }
    }

    async Task FreePortsAsync(Vmm vmm, VmmRecord record)
    {
        await vmm.Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ports.TryRemove(record.Port, out _);
        _ports.TryRemove(record.MigrationPort, out _);
    }

    void Count(Vmm vmm)
    {
        lock (_portLock)
            _cpuOfRemoved += vmm.Usage().Cpu.TotalSeconds;
    }
}
