using Propolis.Agent.Processes;
using Propolis.Agent.Servers;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Server;

namespace Propolis.Agent.Vmms;

/// <summary>
/// One VMM and its supervision, from its start (or adoption) to the end of its process. Commands come from <see cref="SledVmms"/>, one at a
/// time per instance; what is seen comes from one task of its own.
/// <code>
/// Creating ─► Starting ─► Running ◄─► Rebooting      any ─► Stopping ─► Stopped | Failed (only when the process is gone)
/// </code>
/// </summary>
sealed class Vmm
{
    readonly SledParts _sled;
    readonly Lock _lock = new();
    readonly CancellationTokenSource _killed = new();
    readonly CancellationTokenSource _gone = new();
    readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _lock.
    VmmRecord _record;
    VmmStatus _status;
    IServerProcess? _process;
    InstanceState? _published;
    InstanceOutcome? _outcome;
    TimeSpan _cpuAtEnd;

    Vmm(SledParts sled, VmmRecord record)
    {
        _sled = sled;
        _record = record;
        _status = StatusOf(record);
        if (record.StopRequested)
            _stop.TrySetResult();
    }

    /// <summary>What it does.</summary>
    public VmmStatus Status
    {
        get { lock (_lock) return _status; }
    }

    /// <summary>What is kept of it on disk.</summary>
    public VmmRecord Record
    {
        get { lock (_lock) return _record; }
    }

    /// <summary>Ends when its process is gone and its final state is told.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts a new one: its record is on disk when this returns, the rest goes on by itself.</summary>
    public static Vmm Start(SledParts sled, VmmRecord record)
    {
        sled.Store.Save(record);
        sled.Metrics.Started();
        var vmm = new Vmm(sled, record);
        sled.Changed(vmm.Status);
        vmm.Ended = Task.Run(() => vmm.SuperviseAsync(null));
        return vmm;
    }

    /// <summary>Goes on with one that an earlier agent started: with its process, if that lives.</summary>
    public static Vmm Adopt(SledParts sled, VmmRecord record)
    {
        var vmm = new Vmm(sled, record);
        if (AgentRules.IsFinal(record.State))
        {
            sled.Changed(vmm.Status);
            return vmm;
        }
        var process = sled.Processes.Find(record, sled.Store.FolderOf(record.Key()));
        if (process is null)
        {
            vmm.Finish(new VmmEnd { StopRequested = record.StopRequested, HowProcessEnded = VmmRules.HowItWasLost(record, HostBoot.Id), LastWords = vmm.LastWords() });
            return vmm;
        }
        sled.Metrics.Adopted();
        VmmLog.Adopted(sled.Log, record.Key(), process.Identity.Pid);
        sled.Changed(vmm.Status);
        vmm.Ended = Task.Run(() => vmm.SuperviseAsync(process));
        return vmm;
    }

    /// <summary>Asks for an orderly stop; repeated, it changes nothing.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (AgentRules.IsFinal(_record.State) || _record.StopRequested)
                return;
            Change(_record with { StopRequested = true, State = VmmState.Stopping });
        }
        _stop.TrySetResult();
    }

    /// <summary>Resets the guest, unless this operation did it before.</summary>
    /// <returns>Why it cannot be done; null when it is.</returns>
    public async Task<string?> RebootAsync(string operationId, CancellationToken cancellation)
    {
        var record = Record;
        if (VmmRules.IsRepeated(record, operationId))
            return null;
        if (record.Process is null || record.State == VmmState.Creating)
            return "the VMM is still being made";
        try
        {
            await _sled.ServerAt(record.Port).PutStateAsync(InstanceStateRequested.Reboot, cancellation);
        }
        catch (ServerRefusedException refusal)
        {
            return refusal.Message;
        }
        lock (_lock)
            Keep(_record with { LastReboot = operationId });
        return null;
    }

    /// <summary>Sends its guest to a target; repeated with the same migration, it changes nothing.</summary>
    /// <returns>Why it cannot be done; null when it is.</returns>
    public async Task<string?> SendAsync(VmmMigrateRequest request, CancellationToken cancellation)
    {
        bool isNew;
        lock (_lock)
        {
            if (MigrationRules.WhyNotSend(_record, request) is { } fault)
                return fault;
            isNew = _record.Sending is null;
            // On disk before it begins: an agent that restarts meanwhile must ask for the decision.
            if (isNew)
                Keep(_record with { Sending = request });
        }
        try
        {
            await _sled.ServerAt(Record.Port).SendAsync(EnsureRules.Send(request), cancellation);
        }
        catch (ServerRefusedException refusal)
        {
            if (isNew)
                EndSending();
            return refusal.Message;
        }
        if (isNew)
            FollowMigration();
        return null;
    }

    /// <summary>Stops to send, as long as it is not too late.</summary>
    public Task CancelSendingAsync(CancellationToken cancellation) =>
        Record is { Sending: not null } record ? _sled.ServerAt(record.Port).CancelMigrationAsync("its silo gave it up", cancellation) : Task.CompletedTask;

    /// <summary>A target waits for its source.</summary>
    internal void WaitsAt(string address)
    {
        lock (_lock)
            Change(_record with { State = VmmState.Migrating, MigrationAddress = address });
    }

    /// <summary>Ends its process at once, and waits until it is gone.</summary>
    /// <exception cref="AgentException">It does not end.</exception>
    public async Task EndAsync()
    {
        await _killed.CancelAsync();
        try
        {
            await Ended.WaitAsync(_sled.Limits.Kill, _sled.Time);
        }
        catch (TimeoutException late)
        {
            throw new AgentException($"the process of {Record.Key()} does not end", late);
        }
    }

    /// <summary>What it uses; what it used, when it has ended.</summary>
    public (ProcStat? Now, TimeSpan Cpu) Usage()
    {
        lock (_lock)
        {
            var now = _process?.Usage();
            return (now, now?.Cpu ?? _cpuAtEnd);
        }
    }

    async Task SuperviseAsync(IServerProcess? process)
    {
        var (spec, failure) = process is null ? Launch(out process) : (null, null);
        if (process is not null)
        {
            lock (_lock)
                _process = process;
            FollowMigration();
            failure = await FollowAsync(process, spec) ?? failure;
            await _gone.CancelAsync();
            Bury(process);
        }
        Finish(new VmmEnd
        {
            Published = Published,
            Outcome = Outcome,
            StopRequested = Record.StopRequested || _killed.IsCancellationRequested,
            Failure = failure,
            HowProcessEnded = process is null ? "it has no process" : await process.Ended,
            LastWords = LastWords(),
        });
    }

    void FollowMigration()
    {
        if (MigrationRules.Of(Record) is { } migration)
            _ = Task.Run(() => FollowMigrationAsync(migration));
    }

    async Task FollowMigrationAsync(MigrationId migration)
    {
        await new MigrationFollow(_sled, this, migration).UntilItEndsAsync(_gone.Token);
        if (!_gone.IsCancellationRequested)
            EndSending();
    }

    void EndSending()
    {
        lock (_lock)
            Keep(_record with { Sending = null });
    }

    // Whatever goes wrong in the agent itself ends as a failure with a reason: a VMM never stays without an end.
    async Task<string?> FollowAsync(IServerProcess process, Contracts.Specs.InstanceSpec? spec)
    {
        try
        {
            return await new VmmWatch(_sled, this, process).UntilItShouldEndAsync(spec, _stop.Task, _killed.Token);
        }
        catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
        {
            VmmLog.Broke(_sled.Log, Record.Key(), unexpected);
            return $"the agent could not go on with it: {unexpected.Message}";
        }
    }

    InstanceState? Published
    {
        get { lock (_lock) return _published; }
    }

    InstanceOutcome? Outcome
    {
        get { lock (_lock) return _outcome; }
    }

    /// <summary>Takes over what the server told of the VM's end.</summary>
    internal void Observe(InstanceOutcome? outcome)
    {
        lock (_lock)
            _outcome = outcome;
    }

    /// <summary>Takes over what the server published.</summary>
    internal void Observe(InstanceState published)
    {
        lock (_lock)
        {
            // A failure is the end's reason, also when the server says later that everything is released.
            if (_published != InstanceState.Failed)
                _published = published;
            var state = MigrationRules.WhileMoving(_record, VmmRules.WhileRunning(published));
            Change(_record with { State = _record.StopRequested && state == VmmState.Running ? VmmState.Stopping : state });
        }
    }

    (Contracts.Specs.InstanceSpec? Spec, string? Failure) Launch(out IServerProcess? process)
    {
        process = null;
        var record = Record;
        try
        {
            var spec = _sled.Volumes.Prepare(record.Key(), record.Request);
            var boot = _sled.Images.Resolve(record.Request.Boot, out var missing) ?? throw new AgentException(missing!);
            process = _sled.Processes.Start(new ServerStart
            {
                Folder = _sled.Store.FolderOf(record.Key()),
                Port = record.Port,
                MigrationPort = record.MigrationPort,
                Boot = boot,
                Leases = HasCrucible(record) ? _sled.LeasesOf(record.Key()) : null,
            });
            lock (_lock)
                Keep(_record with { Process = process.Identity });
            return (spec, null);
        }
        catch (Exception failure) when (failure is AgentException or IOException or UnauthorizedAccessException)
        {
            process?.Kill();
            return (null, failure.Message);
        }
    }

    static bool HasCrucible(VmmRecord record) => record.Request.Disks.Any(disk => disk.Kind == Contracts.Volumes.VolumeKind.Crucible);

    void Bury(IServerProcess process)
    {
        lock (_lock)
            _cpuAtEnd = process.Usage()?.Cpu ?? _cpuAtEnd;
        process.Kill();
    }

    void Finish(VmmEnd end)
    {
        var (state, reason) = VmmRules.AtEnd(end);
        _sled.Volumes.Release(Record.Key());
        lock (_lock)
        {
            _process = null;
            Change(_record with { State = state, Reason = reason });
        }
        _sled.Metrics.Ended(state.ToString().ToLowerInvariant());
        VmmLog.Ended(_sled.Log, Record.Key(), state, reason);
    }

    // Only with _lock held.
    void Change(VmmRecord record)
    {
        if (record.State == _record.State && record.Reason == _record.Reason && record.StopRequested == _record.StopRequested && record.MigrationAddress == _record.MigrationAddress)
            return;
        Keep(record);
        _status = StatusOf(record);
        _sled.Changed(_status);
    }

    // Only with _lock held. A full disk must not stop the supervision: a final state is told all the same, and found again by looking.
    void Keep(VmmRecord record)
    {
        try
        {
            _sled.Store.Save(record);
        }
        catch (IOException failure)
        {
            VmmLog.NotKept(_sled.Log, record.Key(), failure.Message);
        }
        _record = record;
    }

    VmmStatus StatusOf(VmmRecord record) => new()
    {
        Instance = record.Instance,
        Incarnation = record.Incarnation,
        State = record.State,
        Sequence = _sled.Sequences.Next(),
        Reason = record.Reason,
        MigrationAddress = record.State == VmmState.Migrating ? record.MigrationAddress : null,
        Sled = _sled.Labels.Sled,
        ServerAddress = record.Port == 0 || AgentRules.IsFinal(record.State) ? null : _sled.AddressOf(record.Port),
    };

    string? LastWords() => ServerLog.LastLine(Path.Combine(_sled.Store.FolderOf(Record.Key()), HostProcesses.LogFile));
}
