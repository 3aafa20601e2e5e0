using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>A sled and its agent, by the rules of <see cref="AgentRoutes"/>. What it keeps on disk survives everything, processes survive their agent, nothing else survives.</summary>
sealed class SimAgent(SimWorld world, string name)
{
    readonly Dictionary<InstanceId, IncarnationMemory> _disk = [];
    readonly Dictionary<SimVmm, int> _reported = [];
    readonly List<SimVmm> _processes = [];
    long _epoch;
    long _counter;
    bool _registered;

    public SimWorld World { get; } = world;

    public SledId Sled { get; } = SledId.Make($"sled-{name}");

    public string Address => $"http://{name}";

    public SledCapacity Capacity { get; init; } = new() { Cpus = 16, MemoryMb = 16384 };

    /// <summary>The agent's process lives.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Nothing goes in or out.</summary>
    public bool IsCutOff { get; set; }

    public bool Answers => IsUp && !IsCutOff;

    public IReadOnlyList<SimVmm> Processes => _processes;

    /// <summary>How often guests end by themselves, in a second.</summary>
    public double GuestFails { get; set; }

    public void Start()
    {
        _epoch++;
        (IsUp, _registered, _counter) = (true, false, 0);
        _reported.Clear();
        World.History.Note($"{Sled} agent starts, epoch {_epoch}");
        _ = World.Start(() => LiveAsync(_epoch));
    }

    public void KillAgent()
    {
        IsUp = false;
        World.History.Note($"{Sled} agent is killed");
    }

    public void LosePower()
    {
        KillAgent();
        World.History.Note($"{Sled} loses power");
        foreach (var vmm in _processes)
            vmm.Die();
        _processes.Clear();
    }

    public async Task<VmmReply> EnsureAsync(InstanceId instance, long incarnation, VmmEnsureRequest request)
    {
        await World.PauseAsync(3);
        var memory = _disk.GetValueOrDefault(instance) ?? new();
        if (!AgentRules.MayEnsure(memory, incarnation))
            return Reply(instance, incarnation, VmmOutcome.Stale, "stale");
        _disk[instance] = AgentRules.AfterEnsure(memory, incarnation);
        if (Find(instance, incarnation) is null)
        {
            if (request.Source is null)
                EndThrough(instance, incarnation - 1);
            var vmm = new SimVmm(this, instance, incarnation, request);
            _processes.Add(vmm);
            _ = World.Start(() => request.Source is null ? new SimGuest(World, vmm).BootAsync() : new SimGuest(World, vmm).WaitForSourceAsync());
        }
        return Reply(instance, incarnation, VmmOutcome.Done);
    }

    public async Task<VmmReply> SetStateAsync(InstanceId instance, long incarnation, VmmStateRequest request)
    {
        await World.PauseAsync(3);
        if (Find(instance, incarnation) is { IsFinal: false } vmm && request.Requested == VmmRequest.Stop && vmm.State != VmmState.Migrating)
        {
            vmm.Set(VmmState.Stopping);
            _ = World.Start(async () =>
            {
                await World.PauseAsync(4000);
                vmm.Set(VmmState.Stopped, "stopped by command");
            });
        }
        return Reply(instance, incarnation, VmmOutcome.Done);
    }

    public async Task<VmmReply> RemoveAsync(InstanceId instance, long incarnation)
    {
        await World.PauseAsync(3);
        _disk[instance] = AgentRules.AfterRemove(_disk.GetValueOrDefault(instance) ?? new(), incarnation);
        EndThrough(instance, incarnation);
        return Reply(instance, incarnation, VmmOutcome.Done);
    }

    public async Task<VmmReply> MigrateAsync(InstanceId instance, long incarnation, VmmMigrateRequest request)
    {
        await World.PauseAsync(3);
        if (Find(instance, incarnation) is not { IsFinal: false } vmm)
            return Reply(instance, incarnation, VmmOutcome.Refused, "there is no such VMM");
        if (vmm.Sending == request.Migration)
            return Reply(instance, incarnation, VmmOutcome.Done);
        if (!vmm.GuestRuns || vmm.State != VmmState.Running)
            return Reply(instance, incarnation, VmmOutcome.Refused, "its guest does not run");
        (vmm.Sending, vmm.StopSending) = (request.Migration, false);
        _ = World.Start(() => new SimGuest(World, vmm).SendAsync(request));
        return Reply(instance, incarnation, VmmOutcome.Done);
    }

    public async Task<VmmReply> StopMigrationAsync(InstanceId instance, long incarnation)
    {
        await World.PauseAsync(3);
        if (Find(instance, incarnation) is { } vmm)
            vmm.StopSending = true;
        return Reply(instance, incarnation, VmmOutcome.Done);
    }

    public SimVmm? Find(InstanceId instance, long incarnation) => _processes.Find(vmm => vmm.Instance == instance && vmm.Incarnation == incarnation);

    async Task LiveAsync(long epoch)
    {
        var beats = 0;
        while (IsUp && _epoch == epoch)
        {
            try
            {
                if (!IsCutOff)
                {
                    if (!_registered)
                        await RegisterAsync();
                    else if (beats++ % 5 == 0)
                        await BeatAsync();
                    await ReportAsync();
                }
            }
            catch (GrainCallException)
            {
            }
            EndGuestsAtRandom();
            await World.Time.Delay(TimeSpan.FromMilliseconds(900 + World.Random.Next(200)));
        }
    }

    async Task RegisterAsync()
    {
        var answer = await World.Network.CallAsync<ISledGrain, object>(Sled.Value, async sled => await sled.RegisterAsync(new()
        {
            Sled = Sled,
            Address = Address,
            Capacity = Capacity,
            Hypervisor = "kvm",
            AgentEpoch = _epoch,
        }));
        _registered = answer is Contracts.Results.Reply<SledView> { Refusal: null };
    }

    async Task BeatAsync()
    {
        var vmms = new EquatableList<VmmStatus>(_processes.Select(vmm => Status(vmm.Instance, vmm.Incarnation)));
        var reply = await World.Network.CallAsync<ISledGrain, HeartbeatReply>(Sled.Value, sled => sled.HeartbeatAsync(new() { AgentEpoch = _epoch, Vmms = vmms }));
        _registered = !reply.Register;
        foreach (var reservation in reply.Expected.Where(one => Find(one.Instance, one.Incarnation) is null))
            await TellAsync(Status(reservation.Instance, reservation.Incarnation));
    }

    async Task ReportAsync()
    {
        foreach (var vmm in _processes.Where(vmm => _reported.GetValueOrDefault(vmm, -1) != vmm.Changes).ToArray())
        {
            var changes = vmm.Changes;
            if (await TellAsync(Status(vmm.Instance, vmm.Incarnation)) == ReportAdvice.Remove)
                await RemoveAsync(vmm.Instance, vmm.Incarnation);
            else
                _reported[vmm] = changes;
        }
    }

    Task<ReportAdvice> TellAsync(VmmStatus status) => World.Network.CallAsync<IInstanceGrain, ReportAdvice>(status.Instance.Value, instance => instance.ReportAsync(status));

    void EndGuestsAtRandom()
    {
        foreach (var vmm in _processes.Where(vmm => vmm.State == VmmState.Running))
        {
            if (vmm.Open.Exists(disk => !World.History.MayWrite(disk)))
                vmm.Set(VmmState.Fenced, "fenced");
            else if (World.Happens(GuestFails))
                vmm.Set(VmmState.Failed, "simulated crash");
        }
    }

    void EndThrough(InstanceId instance, long incarnation)
    {
        foreach (var vmm in _processes.Where(vmm => vmm.Instance == instance && vmm.Incarnation <= incarnation))
        {
            World.History.Note($"removed: {vmm}");
            vmm.Die();
        }
        _processes.RemoveAll(vmm => vmm.IsDead);
    }

    VmmStatus Status(InstanceId instance, long incarnation)
    {
        var vmm = Find(instance, incarnation);
        return new()
        {
            Instance = instance,
            Incarnation = incarnation,
            State = vmm?.State ?? VmmState.Absent,
            Reason = vmm?.Reason,
            Sequence = (_epoch << 32) | ++_counter,
            Sled = Sled,
            MigrationAddress = vmm?.MigrationAddress,
            ServerAddress = vmm is null ? null : $"{name}:{incarnation}",
        };
    }

    VmmReply Reply(InstanceId instance, long incarnation, VmmOutcome outcome, string? reason = null) =>
        new() { Outcome = outcome, Status = Status(instance, incarnation), Reason = reason };
}
