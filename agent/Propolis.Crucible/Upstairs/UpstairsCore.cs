using System.Net;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>
/// One upstairs without sockets and clocks: events go in one after the other, each is applied to its end, and effects leave
/// through <see cref="IUpstairsOutput"/>. Whole histories therefore run in a test without a thread.
/// <code>
/// Initializing -- Activate --> GoActive -- all replicas agree --> Active -- Deactivate --> Deactivating --> Initializing
/// any -- another session took over --> Fenced;   GoActive, Active -- cannot go on --> Disabled
/// </code>
/// A read-write set needs all three replicas to become active: with two, the third may hold a newer flush that was
/// acknowledged by itself and one of the two, and nobody could tell which of the two is behind once it is gone.
/// </summary>
public sealed partial class UpstairsCore
{
    readonly UpstairsOptions _options;
    readonly IUpstairsOutput _output;
    readonly BlockSeal _seal;
    readonly Replica[] _replicas;
    readonly Queue<(Replica Replica, string Reason)> _faults = new();
    TimeSpan _now;
    ulong? _greeted;
    ulong _generation;
    long _nextAttempt;
    CrucibleError? _stoppedBy;

    /// <summary>An upstairs that does nothing until <see cref="Activate"/>.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public UpstairsCore(UpstairsOptions options, BlockSeal seal, IUpstairsOutput output)
    {
        if (options.Check() is { } problem)
            throw new ArgumentException(problem, nameof(options));
        (_options, _seal, _output) = (options, seal, output);
        _replicas = options.Targets.Select((target, index) => new Replica(index, target)).ToArray();
    }

    /// <summary>What it is doing as a whole.</summary>
    public UpstairsState State { get; private set; }

    /// <summary>The generation of the current or last activation.</summary>
    public ulong Generation => _generation;

    /// <summary>The replicas as operators see them.</summary>
    public IReadOnlyList<ReplicaStatus> Replicas => _replicas
        .Select(r => new ReplicaStatus(r.Target, r.State, r.Mode, r.UnfinishedJobs, r.State == ReplicaState.Active ? "" : r.Trouble)
        {
            RegionId = r.Region?.Uuid,
            RepairAddress = r.RepairAddress,
            Repairs = r.Repairs,
            ExtentLimit = _repair is { } repair && repair.Target == r.Index ? repair.Extent : null,
        }).ToList();

    /// <summary>All of it as operators see it.</summary>
    public UpstairsStatus Status => new()
    {
        State = State,
        Generation = _generation,
        UpstairsId = _options.UpstairsId,
        SessionId = _options.SessionId,
        BlockSize = _options.BlockSize,
        Encrypted = _options.Encrypted,
        ReadOnly = _options.ReadOnly,
        Replicas = Replicas,
        HeldRequests = HeldRequests,
        KeptJobs = KeptJobs,
        Reconciled = _differences.Count > 0 ? _difference : _reconciled,
        ToReconcile = _differences.Count > 0 ? _differences.Count : _reconciled,
        ActivationWait = ActivationWait,
    };

    /// <summary>What an activation still waits for, by name; empty when it waits for nothing.</summary>
    public string ActivationWait => State != UpstairsState.GoActive ? "" : string.Join("; ", _replicas
        .Where(r => r.State is not (ReplicaState.WaitQuorum or ReplicaState.Active or ReplicaState.Reconcile))
        .Select(r => $"waiting for replica {r.Index} ({r.Target}): {r.Trouble}"));

    /// <summary>Time goes on.</summary>
    public void Tick(TimeSpan now)
    {
        _now = now;
        foreach (var replica in _replicas)
            TickReplica(replica);
        if (State == UpstairsState.Active)
            TickActive();
        Conclude();
    }

    /// <summary>
    /// Reaches and greets the replicas, so that an activation under the same generation only has to ask for promotion. Whoever has the set open keeps it until then. Does nothing when
    /// the set is open or has greeted already.
    /// </summary>
    public void Greet(ulong generation)
    {
        if (State != UpstairsState.Initializing || _greeted is not null)
            return;
        (_greeted, _generation) = (generation, generation);
        foreach (var replica in _replicas)
            Connect(replica);
    }

    /// <summary>Opens the set under a generation; <see cref="IUpstairsOutput.Finished"/> tells how it went.</summary>
    public void Activate(ulong generation)
    {
        if (State is UpstairsState.GoActive or UpstairsState.Active or UpstairsState.Deactivating)
        {
            _output.Finished(UpstairsState.Active, CrucibleError.Of(
                State == UpstairsState.Deactivating ? CrucibleErrorKind.UpstairsDeactivating : CrucibleErrorKind.UpstairsActivateInProgress));
            return;
        }

        if (State == UpstairsState.Fenced && generation <= _generation)
        {
            _output.Finished(UpstairsState.Active, _stoppedBy);
            return;
        }

        var isGreeted = State == UpstairsState.Initializing && _greeted == generation;
        (State, _generation, _stoppedBy, _greeted) = (UpstairsState.GoActive, generation, null, null);
        ResetJobs();
        foreach (var replica in _replicas)
        {
            replica.Mode = ReplicaMode.New;
            replica.Region = null;
            if (!isGreeted)
                Connect(replica);
            else if (replica.State == ReplicaState.WaitActive)
                AskForPromotion(replica);
        }
    }

    /// <summary>Flushes for the last time and lets go of the replicas.</summary>
    public void Deactivate()
    {
        if (State == UpstairsState.Active)
        {
            foreach (var replica in _replicas.Where(r => r.State is not ReplicaState.Active))
                Fault(replica, "the volume is being closed");
            State = UpstairsState.Deactivating;
            SubmitFlush(null, null);
            FinishDeactivation();
        }
        else if (State is UpstairsState.GoActive or UpstairsState.Initializing)
        {
            Stop(UpstairsState.Initializing, CrucibleError.Of(CrucibleErrorKind.UpstairsDeactivating));
            _output.Finished(UpstairsState.Initializing, null);
        }
        else
        {
            _output.Finished(UpstairsState.Initializing, _stoppedBy ?? CrucibleError.Of(CrucibleErrorKind.UpstairsDeactivating));
        }

        Conclude();
    }

    /// <summary>Lets go at once, without a last flush: whatever waits fails.</summary>
    public void Abandon()
    {
        if (State is not (UpstairsState.Fenced or UpstairsState.Disabled))
            Stop(UpstairsState.Disabled, CrucibleError.Of(CrucibleErrorKind.UpstairsInactive));
    }

    /// <summary>The owner of generations answered.</summary>
    public void LeaseAnswered(int replica, LeaseAnswer answer)
    {
        var asked = _replicas[replica];
        if (asked.State != ReplicaState.PerhapsFenced)
            return;
        if (answer == LeaseAnswer.Lost)
            Fence(_generation + 1);
        else if (answer == LeaseAnswer.Held)
            ConnectLater(asked, "its promotion was refused, though the generation is still ours");
        else
            asked.ConnectAt = _now + _options.ReconnectDelay;
        Conclude();
    }

    /// <summary>Replaces a replica by an empty one, which is then repaired.</summary>
    public ReplaceResult Replace(IPEndPoint old, IPEndPoint replacement)
    {
        var current = Array.Find(_replicas, r => r.Target.Equals(replacement));
        var replaced = Array.Find(_replicas, r => r.Target.Equals(old));
        if (current is not null)
        {
            if (replaced is not null)
                return ReplaceResult.Refused;
            return current.State == ReplicaState.Active ? ReplaceResult.CompletedAlready : ReplaceResult.StartedAlready;
        }

        if (replaced is null)
            return ReplaceResult.Missing;
        if (_options.ReadOnly || _replicas.Any(r => r != replaced && (r.Mode is ReplicaMode.Faulted or ReplicaMode.Replaced || r.State == ReplicaState.LiveRepair)))
            return ReplaceResult.Refused;
        var restart = State == UpstairsState.GoActive;
        if (restart)
            AbortReconciliation($"replica {replaced.Index} is being replaced");
        Fault(replaced, $"replaced by {replacement}");
        (replaced.Target, replaced.Mode, replaced.Region) = (replacement, State == UpstairsState.Active ? ReplicaMode.Replaced : ReplicaMode.New, null);
        if (State is UpstairsState.GoActive or UpstairsState.Active)
            Connect(replaced);
        Conclude();
        return ReplaceResult.Started;
    }

    // What must not happen in the middle of something else: giving replicas up and starting requests that waited.
    void Conclude()
    {
        while (true)
        {
            if (_faults.TryDequeue(out var fault))
                Fault(fault.Replica, fault.Reason);
            else if (_failedReads.TryDequeue(out var read))
                AskOthers(read);
            else if (_held.Count > 0 && !IsFull)
                StartHeld();
            else
                return;
        }
    }

    void TickReplica(Replica replica)
    {
        if (replica.ConnectAt <= _now)
        {
            replica.ConnectAt = null;
            if (replica.State == ReplicaState.PerhapsFenced)
                _output.AskLease(replica.Index, _generation);
            else
                Connect(replica);
        }

        if (!replica.Connected)
            return;
        if (_now - replica.LastHeard >= _options.InactivityLimit)
        {
            Lose(replica, $"it said nothing for {_options.InactivityLimit.TotalSeconds} s");
        }
        else if (_now - replica.LastPing >= _options.PingInterval)
        {
            replica.LastPing = _now;
            _output.To(replica.Index).Append(MessageKind.Ruok);
        }
    }

    void Connect(Replica replica)
    {
        replica.State = ReplicaState.WaitConnect;
        replica.ConnectAt = null;
        replica.Attempt = ++_nextAttempt;
        _output.Connect(replica.Index, replica.Attempt, replica.Target);
    }

    void ConnectLater(Replica replica, string trouble)
    {
        replica.State = ReplicaState.WaitConnect;
        replica.Trouble = trouble;
        replica.ConnectAt = _now + _options.ReconnectDelay;
    }

    void Drop(Replica replica)
    {
        replica.Connected = false;
        replica.Attempt = ++_nextAttempt;
        _output.Disconnect(replica.Index);
    }

    // Nothing may succeed after this, and the guest must learn of it at once.
    void Fence(ulong newGeneration)
    {
        if (State == UpstairsState.Fenced)
            return;
        Stop(UpstairsState.Fenced, CrucibleError.Of(CrucibleErrorKind.NoLongerActive));
        _output.Fenced(newGeneration);
    }

    void Stop(UpstairsState state, CrucibleError error)
    {
        var before = State;
        (State, _stoppedBy, _greeted) = (state, error, null);
        foreach (var replica in _replicas)
        {
            Drop(replica);
            (replica.State, replica.ConnectAt, replica.Trouble) = (ReplicaState.Stopped, null, error.ToString());
        }

        FailEverything(error);
        if (before == UpstairsState.GoActive)
            _output.Finished(UpstairsState.Active, error);
        else if (before == UpstairsState.Deactivating)
            _output.Finished(UpstairsState.Initializing, state == UpstairsState.Initializing ? null : error);
    }
}
