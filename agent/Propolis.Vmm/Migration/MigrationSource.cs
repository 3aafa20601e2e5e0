using Propolis.Vmm.Block;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration.Wire;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Migration;

/// <summary>
/// The source side of one live migration. Submit it to the machine's queue as the <see cref="MachineRequest.Departure"/> of a
/// <see cref="MachineRequestKind.MigrateAsSource"/>; <see cref="Ended"/> tells how it went.
/// <code>
/// Preflight -> PreCopy (guest runs, passes) -> LastPages (paused, disks released) -> State -> Deciding -> Moved: the driver ends as MigratedOut
///     any failure, refusal or Cancel before the last byte of state ------------------------------------> Stayed: the guest runs on, with reclaimed disks
///                                                            Deciding: only the decision counts -------> Moved or Stayed
/// </code>
/// </summary>
public sealed class MigrationSource : IMachineDeparture
{
    readonly MachineBody _machine;
    readonly MigrationSourceOptions _options;
    readonly CancelSwitch _cancel = new();
    readonly TaskCompletionSource<MigrationResult> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly MigrationCounters _counters = new();
    readonly ProgressBoard _board;
    readonly TimeProvider _clock;
    readonly long _began;
    string? _stayed;
    long _pausedAt;
    bool _hasMoved;

    /// <summary>A migration that begins when the driver takes the request.</summary>
    public MigrationSource(MachineBody machine, MigrationSourceOptions options)
    {
        _machine = machine;
        _options = options;
        _clock = options.Clock;
        _began = _clock.GetTimestamp();
        _board = new ProgressBoard(_counters, options.Watch);
    }

    /// <summary>The newest figures.</summary>
    public MigrationProgress Progress => _board.Current;

    /// <summary>Ends with the migration, never with an exception. When the guest has moved, the driver ends right after it.</summary>
    public Task<MigrationResult> Ended => _ended.Task;

    /// <summary>Gives the migration up; the guest stays. False when it is too late, because all state has been sent: the decision counts then.</summary>
    public bool Cancel(string reason) => _cancel.TryCancel(reason);

    /// <inheritdoc/>
    public async Task RunAsync(Func<Func<Task<HandOverEnd>>, Task> handOver, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _cancel.Token);
        MigrationLink? link = null;
        try
        {
            link = await Patience.WithinAsync(_options.Limits.Connect, _clock, "there is no connection to the target", _options.Connect, stop.Token);
            await RunAsync(link, handOver, stop.Token);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _stayed ??= Explain(failure);
            if (link is not null) await SayGoodbyeAsync(link, _stayed);
        }
        finally
        {
            link?.Dispose();
        }
        _board.Change(p => p with { Phase = _hasMoved ? MigrationPhase.Moved : MigrationPhase.Stayed, Note = _stayed });
        _ended.TrySetResult(new MigrationResult(_hasMoved, _stayed ?? "", _board.Current, _clock.GetElapsedTime(_began)));
    }

    async Task RunAsync(MigrationLink link, Func<Func<Task<HandOverEnd>>, Task> handOver, CancellationToken stop)
    {
        await AgreeAsync(link, stop);
        var copy = new MemoryCopy(_machine.Hardware.Vm, link, _options, _counters, _board);
        using var throttle = new VcpuThrottle(_machine.Hardware.Vcpus, _clock);
        _machine.Hardware.Vm.TrackDirtyPages(true);
        try
        {
            var passes = await copy.WhileRunningAsync(throttle.Set, stop);
            throttle.Set(0);
            MustHaveWholeDisks();
            _pausedAt = _clock.GetTimestamp();
            await handOver(() => FinishAsync(link, copy, passes + 1, stop));
        }
        finally
        {
            if (!_hasMoved) _machine.Hardware.Vm.TrackDirtyPages(false);
        }
        if (_hasMoved) await HearItRunAsync(link);
    }

    // A disk that could not be opened again at once would leave the guest standing still wherever it is.
    void MustHaveWholeDisks()
    {
        if (_machine.WhyDisksStay is { } why) throw new MigrationException($"The guest cannot leave now: {why}.");
    }

    async Task AgreeAsync(MigrationLink link, CancellationToken stop)
    {
        MustHaveWholeDisks();
        var offer = new MigrationOffer
        {
            Name = _options.Name,
            Spec = _options.Spec,
            SpecFingerprint = _options.SpecFingerprint,
            Facts = MachineFacts.Of(_machine, _options.Extras),
        };
        _board.Change(p => p with { Phase = MigrationPhase.Preflight });
        await link.Control.SendAsync(ControlType.Offer, writer => OfferCodec.Write(writer, offer), stop);
        await Patience.WithinAsync(_options.Limits.Preflight, _clock, "the target has not said whether the guest fits", token => link.Control.ExpectAsync(ControlType.Accept, token), stop);
    }

    /// <summary>Everything that happens while the guest stands still. The driver does with the machine what comes back.</summary>
    async Task<HandOverEnd> FinishAsync(MigrationLink link, MemoryCopy copy, int pass, CancellationToken stop)
    {
        try
        {
            await SendRestAsync(link, copy, pass, stop);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _stayed = Explain(failure);
            await SayGoodbyeAsync(link, _stayed);
            return await ReturnAsync();
        }
        // From here on the target may be ready, whatever this side hears of it: only the decision counts.
        var question = await HearReadinessAsync(link);
        var verdict = await DecisionWait.UntilDecidedAsync(_options.Decision, question, _options.Limits, _clock, note => _board.Change(p => p with { Note = note }));
        await TellAsync(link, verdict);
        if (verdict == MigrationVerdict.Commit)
        {
            _hasMoved = true;
            _board.Change(p => p with { Phase = MigrationPhase.Activating });
            return HandOverEnd.Gone;
        }
        _stayed = question.Reason.Length > 0 ? question.Reason : "It was decided that the guest stays.";
        return await StayAsync();
    }

    // The guest stays, since the target has not got everything and can never be ready. But disks were let go, and only the decider knows with what generation they come back.
    async Task<HandOverEnd> ReturnAsync()
    {
        if (!_machine.CanReleaseDisks) return await StayAsync();
        var question = new MigrationQuestion(_options.Migration, MigrationSide.Source, TargetReadiness.Refused, _stayed!);
        var verdict = await DecisionWait.UntilDecidedAsync(_options.Decision, question, _options.Limits, _clock, note => _board.Change(p => p with { Note = note }));
        if (verdict == MigrationVerdict.Abort) return await StayAsync();
        _stayed = $"{_stayed} Yet it was decided that the guest moves.";
        return HandOverEnd.Lost;
    }

    async Task SendRestAsync(MigrationLink link, MemoryCopy copy, int pass, CancellationToken stop)
    {
        _board.Change(p => p with { Phase = MigrationPhase.LastPages, Pass = pass });
        await _machine.ReleaseDisksAsync();
        if (_options.Release is { } release) await release(stop);
        await copy.WhilePausedAsync(pass, stop);
        // The target measures on from its word that all pages are there.
        var stoodStill = _clock.GetElapsedTime(_pausedAt);
        _board.Change(p => p with { Phase = MigrationPhase.State, RemainingBytes = 0, DirtyPages = 0 });
        var states = StateTransfer.Collect(_machine, _options.Extras);
        await Patience.WhileMovingAsync(_options.Limits.Stall, _clock, () => _counters.WireBytes, async token =>
        {
            await StateTransfer.SendAsync(link.Control, states, _counters, token);
            return true;
        }, stop);
        _cancel.Seal();
        _board.Change(p => p with { Phase = MigrationPhase.Deciding });
        try
        {
            await link.Control.SendAsync(ControlType.Final, writer => StateTransfer.WriteFinal(writer, states.Count, stoodStill), CancellationToken.None).WaitAsync(_options.Limits.Stall, _clock, CancellationToken.None);
        }
        catch (Exception failure) when (failure is MigrationException or TimeoutException)
        {
            // It may have arrived all the same.
        }
    }

    async Task<MigrationQuestion> HearReadinessAsync(MigrationLink link)
    {
        var (readiness, reason) = (TargetReadiness.Ready, "");
        try
        {
            var frame = await Patience.WithinAsync(_options.Limits.Ready, _clock, "the target has not said that it is ready", link.Control.ReceiveAsync, CancellationToken.None);
            if (frame.Type != ControlType.Ready) (readiness, reason) = (TargetReadiness.Refused, $"The target could not take the state over: {ControlChannel.Reason(frame)}");
        }
        catch (MigrationException failure)
        {
            (readiness, reason) = (TargetReadiness.Unknown, failure.Message);
        }
        return new MigrationQuestion(_options.Migration, MigrationSide.Source, readiness, reason);
    }

    async Task<HandOverEnd> StayAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(_options.Limits.Ready, _clock);
            if (_options.Reclaim is { } reclaim) await reclaim(limit.Token);
            await _machine.ReclaimDisksAsync();
            return HandOverEnd.Stays;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _stayed = $"{_stayed} Its disks did not come back: {failure.Message}";
            return HandOverEnd.Lost;
        }
    }

    async Task TellAsync(MigrationLink link, MigrationVerdict verdict)
    {
        try
        {
            await link.Control.SendAsync(ControlType.Decided, writer => writer.Write((byte)verdict), CancellationToken.None).WaitAsync(_options.Limits.Farewell, _clock, CancellationToken.None);
        }
        catch (Exception failure) when (failure is MigrationException or TimeoutException)
        {
            // The target asks for itself.
        }
    }

    async Task HearItRunAsync(MigrationLink link)
    {
        try
        {
            await Patience.WithinAsync(_options.Limits.Farewell, _clock, "the target has not said that the guest runs", token => link.Control.ExpectAsync(ControlType.Running, token), CancellationToken.None);
            _board.Change(p => p with { Downtime = _clock.GetElapsedTime(_pausedAt), Total = _clock.GetElapsedTime(_began) });
        }
        catch (MigrationException)
        {
            // It costs a figure, nothing else: the guest is the target's.
        }
    }

    async Task SayGoodbyeAsync(MigrationLink link, string reason)
    {
        try
        {
            await link.Control.SendAsync(ControlType.Cancel, writer => writer.Write(reason), CancellationToken.None).WaitAsync(_options.Limits.Farewell, _clock, CancellationToken.None);
        }
        catch (Exception failure) when (failure is MigrationException or TimeoutException)
        {
            // The target sees the connection close.
        }
    }

    string Explain(Exception failure) => failure switch
    {
        OperationCanceledException when _cancel.Reason is { } reason => $"The migration was given up: {reason}.",
        OperationCanceledException => "The migration was given up: the machine ends.",
        MigrationException or MachineException or BlockBackendException or StateFormatException => failure.Message,
        _ => $"The migration failed at the source: {failure.Message}",
    };
}
