namespace Propolis.Vmm.Machine;

/// <summary>
/// The one input of the driver. Events of the guest come before requests of the outside. Requests are judged when they arrive, by <see cref="MachineRequestRules"/>.
/// Thread-safe; vCPU threads put events in without waiting for anything but the short lock.
/// </summary>
public sealed class MachineInputQueue : IMachineControl
{
    readonly Lock _gate = new();
    readonly Queue<MachineEvent> _events = new();
    readonly Queue<MachineRequest> _requests = new();
    TaskCompletionSource _arrived = NewSignal();
    RequestQueueState _state;

    /// <summary>A copy of what decisions depend on.</summary>
    public RequestQueueState State
    {
        get { lock (_gate) return _state; }
    }

    /// <summary>Judges a request and queues it where the rules say so.</summary>
    public RequestDecision Submit(MachineRequest request)
    {
        lock (_gate)
        {
            var decision = MachineRequestRules.Decide(_state, request.Kind);
            if (!decision.IsQueued) return decision;
            _state = MachineRequestRules.Queued(_state, request.Kind);
            _requests.Enqueue(request);
            _arrived.TrySetResult();
            return decision;
        }
    }

    /// <summary>Puts an event in.</summary>
    public void Post(MachineEvent happened)
    {
        lock (_gate)
        {
            _events.Enqueue(happened);
            _arrived.TrySetResult();
        }
    }

    /// <summary>Tells the rules where the machine is now.</summary>
    public void Entered(RequestQueuePhase phase)
    {
        lock (_gate) _state = MachineRequestRules.Entered(_state, phase);
    }

    /// <summary>Takes the next input, events first. One of the results is set when true.</summary>
    public bool TryTake(out MachineEvent? happened, out MachineRequest? request)
    {
        lock (_gate)
        {
            happened = _events.TryDequeue(out var first) ? first : null;
            request = null;
            if (happened is null && !_requests.TryDequeue(out request))
            {
                if (_arrived.Task.IsCompleted) _arrived = NewSignal();
                return false;
            }
            return true;
        }
    }

    /// <summary>True when a stop waits in the queue: a start under way gives up.</summary>
    public bool HasStopRequest
    {
        get { lock (_gate) return _requests.Any(r => r.Kind == MachineRequestKind.Stop); }
    }

    /// <summary>Ends when something is, or may be, in the queue.</summary>
    public Task WaitAsync()
    {
        lock (_gate) return _events.Count + _requests.Count > 0 ? Task.CompletedTask : _arrived.Task;
    }

    /// <summary>True when an event waits that ends or resets the machine: it must not leave before that is dealt with.</summary>
    public bool HasGuestEvent
    {
        get { lock (_gate) return _events.Any(e => e.Kind is MachineEventKind.Reset or MachineEventKind.PowerOff or MachineEventKind.Failure); }
    }

    /// <summary>A migration has ended and the guest is still here: requests are judged without it again.</summary>
    public void DepartureEnded()
    {
        lock (_gate) _state = _state with { AwaitingMigrationOut = false };
    }

    /// <summary>Drops events of before a reset: a second vCPU's triple fault does not reset the machine twice.</summary>
    public void DropGuestResets()
    {
        lock (_gate)
        {
            var kept = _events.Where(e => e.Kind != MachineEventKind.Reset).ToArray();
            _events.Clear();
            foreach (var happened in kept) _events.Enqueue(happened);
        }
    }

    void IMachineControl.GuestReset(string source) => Post(new MachineEvent(MachineEventKind.Reset, source));

    void IMachineControl.GuestPowerOff(string source) => Post(new MachineEvent(MachineEventKind.PowerOff, source));

    void IMachineControl.GuestFailed(string reason) => Post(new MachineEvent(MachineEventKind.Failure, reason));

    void IMachineControl.GuestFenced(string reason) => Post(new MachineEvent(MachineEventKind.Fenced, reason));

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
