namespace Propolis.Vmm.Machine;

/// <summary>
/// Owns a machine's life: takes inputs from one queue, one at a time, and drives the body.
/// <code>
/// Creating -Run-> Starting -> Running -Reboot or guest reset-> Rebooting -> Running
///    Running -MigrateAsSource-> Migrating -committed-> Destroyed, otherwise Running again;  Creating -Run of an arriving body-> Migrating -> Running
///    any but Failed -Stop or guest power-off-> Stopping -> Stopped -> Destroyed
///    any -failure-> Failed
/// </code>
/// </summary>
public sealed class MachineDriver
{
    readonly IMachineBody _body;
    readonly MachineInputQueue _queue;
    readonly MachineDriverOptions _options;
    readonly TimeProvider _clock;
    static readonly TimeSpan DepartureLimit = TimeSpan.FromSeconds(30);

    ITimer? _gracefulStopTimer;
    DepartureGate? _departure;
    bool _started;

    /// <summary>A driver for one body; <see cref="RunAsync"/> does the work.</summary>
    public MachineDriver(IMachineBody body, MachineInputQueue queue, MachineDriverOptions options, TimeProvider clock)
    {
        _body = body;
        _queue = queue;
        _options = options;
        _clock = clock;
    }

    /// <summary>What the outside may watch.</summary>
    public MachineStatusFeed Status { get; } = new();

    /// <summary>Drives until the machine is over and its body halted. Ends normally whatever the guest did.</summary>
    public async Task<MachineOutcome> RunAsync()
    {
        MachineOutcome? outcome = null;
        while (outcome is null)
        {
            await _queue.WaitAsync();
            while (outcome is null && _queue.TryTake(out var happened, out var request))
                outcome = await GuardedAsync(happened, request);
        }
        _gracefulStopTimer?.Dispose();
        await EndAsync(outcome);
        return outcome;
    }

    async Task<MachineOutcome?> GuardedAsync(MachineEvent? happened, MachineRequest? request)
    {
        try
        {
            return happened is { } occurred ? await HandleEventAsync(occurred) : await HandleRequestAsync(request!);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Whatever failed, the guest must not go on in a half-known state: the machine ends as Failed with the reason.
            return new MachineOutcome(MachineOutcomeKind.Failed, failure.Message);
        }
    }

    async Task<MachineOutcome?> HandleEventAsync(MachineEvent happened)
    {
        switch (happened.Kind)
        {
            case MachineEventKind.PowerOff:
                return new MachineOutcome(MachineOutcomeKind.GuestPowerOff, happened.Detail);
            case MachineEventKind.Failure:
                return new MachineOutcome(MachineOutcomeKind.Failed, happened.Detail);
            case MachineEventKind.Fenced:
                return new MachineOutcome(MachineOutcomeKind.Fenced, happened.Detail);
            case MachineEventKind.GracefulStopExpired:
                return new MachineOutcome(MachineOutcomeKind.Stopped, happened.Detail);
            case MachineEventKind.HandOver:
                return await HandOverAsync();
            case MachineEventKind.DepartureEnded:
                await EndDepartureAsync();
                return null;
            default:
                if (_options.EndOnGuestReset) return new MachineOutcome(MachineOutcomeKind.GuestReset, happened.Detail);
                await RebootAsync();
                return null;
        }
    }

    async Task<MachineOutcome?> HandleRequestAsync(MachineRequest request)
    {
        switch (request.Kind)
        {
            case MachineRequestKind.Run:
                await StartAsync();
                return null;
            case MachineRequestKind.Reboot:
                await RebootAsync();
                return null;
            case MachineRequestKind.Stop:
                return new MachineOutcome(MachineOutcomeKind.Stopped, "on request");
            case MachineRequestKind.GracefulStop:
                PressPowerButton(request.Limit);
                return null;
            case MachineRequestKind.MigrateAsSource:
                Depart(request.Departure!);
                return null;
            default:
                return await ActWhilePausedAsync(request);
        }
    }

    async Task StartAsync()
    {
        Status.Publish(_body.IsArriving ? MachineState.Migrating : MachineState.Starting);
        using var cancellation = new CancellationTokenSource();
        var start = _body.StartAsync(cancellation.Token);
        while (!start.IsCompleted)
        {
            // A stop may come while a disk hangs in activation: the start gives up and the stop is taken next.
            if (_queue.HasStopRequest) await cancellation.CancelAsync();
            await Task.WhenAny(start, Task.Delay(_options.StopPollInterval, _clock));
        }
        try
        {
            await start;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
        _started = true;
        _queue.Entered(RequestQueuePhase.Running);
        Status.Publish(MachineState.Running);
    }

    async Task RebootAsync()
    {
        Status.Publish(MachineState.Rebooting);
        await _body.PauseAsync();
        _queue.DropGuestResets();
        _body.Reset();
        _body.Resume();
        _queue.Entered(RequestQueuePhase.Running);
        Status.Publish(_departure is null ? MachineState.Running : MachineState.Migrating);
    }

    void Depart(IMachineDeparture departure)
    {
        Status.Publish(MachineState.Migrating);
        _departure = new DepartureGate(departure, _queue.Post);
    }

    async Task<MachineOutcome?> HandOverAsync()
    {
        if (_departure?.Take() is not { } handOver) return null;
        try
        {
            await _body.PauseAsync();
            if (_queue.HasGuestEvent)
            {
                handOver.Done.SetException(new MachineException("The guest reset or switched itself off at the moment of the hand-over."));
                _body.Resume();
                return null;
            }
            var end = await handOver.WhilePaused();
            if (end == HandOverEnd.Stays) _body.Resume();
            handOver.Done.SetResult();
            return end switch
            {
                HandOverEnd.Stays => null,
                HandOverEnd.Gone => new MachineOutcome(MachineOutcomeKind.MigratedOut, "by live migration"),
                _ => new MachineOutcome(MachineOutcomeKind.Failed, "the guest's disks did not come back after a migration that was given up"),
            };
        }
        catch (Exception failure)
        {
            handOver.Done.TrySetException(failure);
            throw;
        }
    }

    async Task EndDepartureAsync()
    {
        if (_departure is not { } departure) return;
        _departure = null;
        await departure.Ended;
        departure.Dispose();
        _queue.DepartureEnded();
        Status.Publish(MachineState.Running);
    }

    async Task<MachineOutcome?> ActWhilePausedAsync(MachineRequest request)
    {
        await _body.PauseAsync();
        Exception? failure = null;
        try
        {
            await request.WhilePaused!();
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            // A snapshot that could not be written (a full disk) costs the snapshot, not the guest: it runs on.
            failure = thrown;
        }
        request.Completed?.Invoke(failure);
        if (request.StopAfterwards && failure is null) return new MachineOutcome(MachineOutcomeKind.Stopped, "after a snapshot");
        _body.Resume();
        return null;
    }

    void PressPowerButton(TimeSpan limit)
    {
        _gracefulStopTimer = _clock.CreateTimer(
            _ => _queue.Post(new MachineEvent(MachineEventKind.GracefulStopExpired, $"the guest did not switch itself off within {limit.TotalSeconds:0} s")),
            null, limit, Timeout.InfiniteTimeSpan);
        _body.PressPowerButton();
    }

    async Task EndAsync(MachineOutcome outcome)
    {
        var failed = outcome.Kind is MachineOutcomeKind.Failed or MachineOutcomeKind.Fenced;
        Status.Publish(failed ? MachineState.Failed : MachineState.Stopping);
        _queue.Entered(outcome.Kind switch
        {
            MachineOutcomeKind.Failed or MachineOutcomeKind.Fenced => RequestQueuePhase.Failed,
            MachineOutcomeKind.MigratedOut => RequestQueuePhase.MigratedOut,
            _ => RequestQueuePhase.Stopped,
        });
        await CloseDepartureAsync();
        if (_started) await _body.PauseAsync();
        await _body.HaltAsync();
        if (failed) return;
        Status.Publish(MachineState.Stopped);
        Status.Publish(MachineState.Destroyed);
    }

    // Memory must not be freed under a departure that still reads it.
    async Task CloseDepartureAsync()
    {
        if (_departure is not { } departure) return;
        await departure.CloseAsync();
        await departure.Ended.WaitAsync(DepartureLimit, _clock);
        departure.Dispose();
        _departure = null;
    }
}
