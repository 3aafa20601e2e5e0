using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration.Wire;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Migration;

/// <summary>
/// The target side of one live migration: opened with the source's offer, from which the machine is built; then that machine's arrival
/// (<see cref="MachineBody.ArriveFrom"/>), which its driver runs like any start.
/// <code>
/// OpenAsync -> Offer -> (build the machine, ArriveFrom, Run) -> Preflight -> PreCopy -> LastPages -> State -> Deciding -> Activating -> Moved: the guest runs here
///     any failure, or a stop, before it is ready ---------------------------------------------------------> Stayed: the machine fails and is thrown away
///                                                                     Deciding: only the decision counts -> Moved or Stayed
/// </code>
/// </summary>
public sealed class MigrationTarget : IMachineArrival, IDisposable
{
    readonly MigrationLink _link;
    readonly MigrationTargetOptions _options;
    readonly MigrationCounters _counters = new();
    readonly ProgressBoard _board;
    readonly TaskCompletionSource<MigrationResult> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancelSwitch _cancel = new();
    readonly TimeProvider _clock;
    readonly long _began;
    Task? _heard;
    long _allPagesAt;
    TimeSpan _stoodStillBefore;

    MigrationTarget(MigrationLink link, MigrationOffer offer, MigrationTargetOptions options)
    {
        _link = link;
        Offer = offer;
        _options = options;
        _clock = options.Clock;
        _began = _clock.GetTimestamp();
        _board = new ProgressBoard(_counters, options.Watch);
    }

    /// <summary>What the source says of the guest.</summary>
    public MigrationOffer Offer { get; }

    /// <summary>The newest figures.</summary>
    public MigrationProgress Progress => _board.Current;

    /// <summary>Ends with the migration, never with an exception.</summary>
    public Task<MigrationResult> Ended => _ended.Task;

    /// <summary>
    /// Waits for the source's offer; the link belongs to the target from then on, also when this throws <see cref="MigrationException"/> (no offer in time, damaged, another
    /// fingerprint).
    /// </summary>
    public static async Task<MigrationTarget> OpenAsync(MigrationLink link, MigrationTargetOptions options, CancellationToken cancellation)
    {
        try
        {
            var frame = await Patience.WithinAsync(options.Limits.Preflight, options.Clock, "the source has not offered anything", token => link.Control.ExpectAsync(ControlType.Offer, token), cancellation);
            var offer = OfferCodec.Read(frame.Read());
            if (options.ExpectedFingerprint is not { } expected || expected == offer.SpecFingerprint) return new MigrationTarget(link, offer, options);
            const string other = "the guest's spec is not the one that was expected";
            await RefuseAsync(link, other, options);
            throw new MigrationException($"The migration was refused: {other}.");
        }
        catch (Exception failure)
        {
            link.Dispose();
            if (failure is StateFormatException) throw new MigrationException($"The source's offer is damaged: {failure.Message}", failure);
            throw;
        }
    }

    /// <summary>Says no before the machine has been started, for instance because it could not be built.</summary>
    public async Task RefuseAsync(string reason)
    {
        await RefuseAsync(_link, reason, _options);
        Fail(reason);
    }

    /// <summary>Gives the migration up; the guest stays at the source. False when it is too late, because this side is ready: the decision counts then.</summary>
    public bool Cancel(string reason) => _cancel.TryCancel(reason);

    /// <inheritdoc/>
    public async Task ReceiveAsync(MachineBody machine, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _cancel.Token);
        try
        {
            await AgreeAsync(machine, stop.Token);
            await ReceiveMemoryAsync(machine, stop.Token);
            await TakeOverAsync(machine, stop.Token);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            var reason = failure is OperationCanceledException ? $"The migration was given up: {_cancel.Reason ?? "the machine ends"}." : failure.Message;
            await RefuseAsync(_link, reason, _options);
            Fail(reason);
            if (failure is OperationCanceledException && cancellation.IsCancellationRequested) throw;
            throw new MigrationException(reason, failure);
        }
        await DecideAsync();
    }

    /// <inheritdoc/>
    public void Arrived()
    {
        _board.Change(p => p with { Phase = MigrationPhase.Moved, Downtime = _stoodStillBefore + _clock.GetElapsedTime(_allPagesAt), Total = _clock.GetElapsedTime(_began) });
        _ended.TrySetResult(new MigrationResult(true, "", _board.Current, _clock.GetElapsedTime(_began)));
        _ = SayItRunsAsync();
    }

    /// <summary>Closes the connections; what has not ended fails.</summary>
    public void Dispose() => Fail("the target was closed");

    async Task AgreeAsync(MachineBody machine, CancellationToken stop)
    {
        _board.Change(p => p with { Phase = MigrationPhase.Preflight });
        var own = MachineFacts.Of(machine, _options.Extras);
        var obstacles = MigrationRules.FindObstacles(Offer.Facts, own, machine.Hardware.Vm.Traits);
        if (obstacles.Count > 0) throw new MigrationException($"The guest does not fit here: {string.Join("; ", obstacles)}.");
        machine.Hardware.Parts.States.Rehearse();
        machine.PrepareDisks();
        await _link.Control.SendAsync(ControlType.Accept, default(ReadOnlyMemory<byte>), stop);
    }

    async Task ReceiveMemoryAsync(MachineBody machine, CancellationToken stop)
    {
        var receivers = _link.Memory.Select(stream => new PageReceiver(new BufferedStream(stream, 1 << 16), machine.Hardware.Vm.Memory)).ToArray();
        for (var pass = 1; ; pass++)
        {
            _board.Change(p => p with { Phase = MigrationPhase.PreCopy, Pass = pass });
            var isLast = await ReceivePassAsync(receivers, pass, stop);
            _allPagesAt = _clock.GetTimestamp();
            await _link.Control.SendAsync(ControlType.PassDone, writer => writer.Write(pass), stop);
            if (isLast) return;
        }
    }

    async Task<bool> ReceivePassAsync(PageReceiver[] receivers, int pass, CancellationToken stop)
    {
        var ends = await Patience.WhileMovingAsync(_options.Limits.Silence, _clock, () => _counters.WireBytes, async token =>
        {
            using var broken = CancellationTokenSource.CreateLinkedTokenSource(token);
            var receiving = receivers.Select(r => Task.Run(() => r.ReceivePassAsync(pass, _counters, broken.Token), CancellationToken.None)).ToList();
            return await AllOrFirstFailureAsync(receiving, broken, token);
        }, stop);
        if (ends.Any(end => end.Type != ends[0].Type)) throw new MigrationException("The source ended its passes differently on its connections.");
        return ends[0].Type == PageFrameType.LastPassEnd;
    }

    async Task<PageFrame[]> AllOrFirstFailureAsync(List<Task<PageFrame>> receiving, CancellationTokenSource broken, CancellationToken stop)
    {
        var all = Task.WhenAll(receiving);
        var open = receiving.ToList();
        while (open.Count > 0)
        {
            var ended = await Task.WhenAny(open);
            open.Remove(ended);
            if (ended.IsCompletedSuccessfully) continue;
            await broken.CancelAsync();
            await all.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            stop.ThrowIfCancellationRequested();
            throw await HearWhyAsync(ended.Exception!.InnerException!);
        }
        return await all;
    }

    /// <summary>A source that gives up says why on the control connection, and closes the others.</summary>
    async Task<Exception> HearWhyAsync(Exception failure)
    {
        try
        {
            var frame = await Patience.WithinAsync(_options.Limits.AskAgain, _clock, "", _link.Control.ReceiveAsync, CancellationToken.None);
            if (frame.Type == ControlType.Cancel) return new MigrationException($"The source gave up: {ControlChannel.Reason(frame)}");
        }
        catch (MigrationException)
        {
            // Nothing said: what was seen is the reason.
        }
        return failure;
    }

    // All pages are here, so the source has let go of its disks: they may be opened while the state comes.
    async Task TakeOverAsync(MachineBody machine, CancellationToken stop)
    {
        _board.Change(p => p with { Phase = MigrationPhase.State });
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var disks = _options.OpensDisksFirst ? machine.OpenDisksAsync(broken.Token) : Task.CompletedTask;
        try
        {
            await ReceiveStateAsync(machine, stop);
            await disks;
        }
        catch
        {
            await broken.CancelAsync();
            await disks.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        stop.ThrowIfCancellationRequested();
        _cancel.Seal();
        _board.Change(p => p with { Phase = MigrationPhase.Deciding });
    }

    async Task ReceiveStateAsync(MachineBody machine, CancellationToken stop)
    {
        (var states, _stoodStillBefore) = await Patience.WhileMovingAsync(
            _options.Limits.Stall, _clock, () => _counters.WireBytes, token => StateTransfer.ReceiveAsync(_link.Control, _options.Limits, _counters, token), stop);
        bool IsExtra(StatePayload p) => p.Name.StartsWith(MachineFacts.ExtraPrefix, StringComparison.Ordinal);
        machine.Hardware.Parts.States.Import([.. states.Where(p => !IsExtra(p))]);
        _options.Extras.Import([.. states.Where(IsExtra).Select(p => p with { Name = p.Name[MachineFacts.ExtraPrefix.Length..] })]);
    }

    async Task DecideAsync()
    {
        var heard = HearDecisionAsync();
        _heard = heard;
        try
        {
            await _link.Control.SendAsync(ControlType.Ready, default(ReadOnlyMemory<byte>), CancellationToken.None).WaitAsync(_options.Limits.Stall, _clock, CancellationToken.None);
        }
        catch (Exception failure) when (failure is MigrationException or TimeoutException)
        {
            // The decider learns it from this side's own question.
        }
        var question = new MigrationQuestion(_link.Migration, MigrationSide.Target, TargetReadiness.Ready, "");
        var verdict = _options.Decision is { } decision ? await AskAsync(decision, question) : await heard ?? await AfterBreakAsync(question);
        if (verdict != MigrationVerdict.Commit)
        {
            const string stays = "It was decided that the guest stays at the source.";
            Fail(stays);
            throw new MigrationException(stays);
        }
        _board.Change(p => p with { Phase = MigrationPhase.Activating });
    }

    Task<MigrationVerdict> AskAsync(IMigrationDecision decision, MigrationQuestion question) =>
        DecisionWait.UntilDecidedAsync(decision, question, _options.Limits, _clock, note => _board.Change(p => p with { Note = note }));

    // A source that is gone and cannot be asked has not decided to leave.
    Task<MigrationVerdict> AfterBreakAsync(MigrationQuestion question) => _options.AfterBreak is { } source ? AskAsync(source, question) : Task.FromResult(MigrationVerdict.Abort);

    // The source's word; without a cluster it is the decision. Null when the connection broke before it.
    async Task<MigrationVerdict?> HearDecisionAsync()
    {
        try
        {
            var frame = await _link.Control.ExpectAsync(ControlType.Decided, CancellationToken.None);
            return frame.Read().ReadByte() == (byte)MigrationVerdict.Commit ? MigrationVerdict.Commit : MigrationVerdict.Abort;
        }
        catch (Exception failure) when (failure is MigrationException or StateFormatException)
        {
            return null;
        }
    }

    async Task SayItRunsAsync()
    {
        try
        {
            await _link.Control.SendAsync(ControlType.Running, default(ReadOnlyMemory<byte>), CancellationToken.None).WaitAsync(_options.Limits.Farewell, _clock, CancellationToken.None);
        }
        catch (Exception failure) when (failure is MigrationException or TimeoutException)
        {
            // The source misses a figure.
        }
        finally
        {
            // Closing with the source's last word unread would reset the connection, and could take ours with it.
            await Task.WhenAny(_heard ?? Task.CompletedTask, Task.Delay(_options.Limits.Farewell, _clock, CancellationToken.None));
            _link.Dispose();
        }
    }

    void Fail(string reason)
    {
        var isFirst = _ended.TrySetResult(new MigrationResult(false, reason, _board.Current with { Phase = MigrationPhase.Stayed }, _clock.GetElapsedTime(_began)));
        if (!isFirst) return;
        _board.Change(p => p with { Phase = MigrationPhase.Stayed, Note = reason });
        _link.Dispose();
    }

    static async Task RefuseAsync(MigrationLink link, string reason, MigrationTargetOptions options)
    {
        try
        {
            await link.Control.SendAsync(ControlType.Refuse, writer => writer.Write(reason), CancellationToken.None).WaitAsync(options.Limits.Farewell, options.Clock, CancellationToken.None);
        }
        catch (Exception failure) when (failure is MigrationException or TimeoutException)
        {
            // The source sees the connection close.
        }
    }
}
