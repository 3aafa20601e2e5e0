namespace Propolis.Vmm.Machine;

/// <summary>The driver's side of a departure: the task, and the one hand-over that waits for the driver.</summary>
sealed class DepartureGate : IDisposable
{
    readonly Lock _gate = new();
    readonly CancellationTokenSource _stop = new();
    readonly Action<MachineEvent> _post;
    (Func<Task<HandOverEnd>> WhilePaused, TaskCompletionSource Done)? _waiting;
    bool _isClosed;

    /// <summary>Starts the departure; its wishes and its end are posted as events.</summary>
    public DepartureGate(IMachineDeparture departure, Action<MachineEvent> post)
    {
        _post = post;
        Ended = Task.Run(async () =>
        {
            try
            {
                await departure.RunAsync(HandOverAsync, _stop.Token);
            }
            finally
            {
                post(new MachineEvent(MachineEventKind.DepartureEnded, ""));
            }
        });
    }

    /// <summary>Ends with the departure.</summary>
    public Task Ended { get; }

    /// <summary>The hand-over that was asked for; taken once.</summary>
    public (Func<Task<HandOverEnd>> WhilePaused, TaskCompletionSource Done)? Take()
    {
        lock (_gate)
        {
            var waiting = _waiting;
            _waiting = null;
            return waiting;
        }
    }

    /// <summary>Refuses what waits and what comes, and asks the departure to end.</summary>
    public async Task CloseAsync()
    {
        lock (_gate) _isClosed = true;
        Take()?.Done.TrySetException(Gone());
        await _stop.CancelAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    async Task HandOverAsync(Func<Task<HandOverEnd>> whilePaused)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isClosed) throw Gone();
            _waiting = (whilePaused, done);
        }
        _post(new MachineEvent(MachineEventKind.HandOver, ""));
        await done.Task;
    }

    static MachineException Gone() => new("The guest ended before it could be handed over.");
}
