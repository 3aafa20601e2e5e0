using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Migration.Wire;

namespace Propolis.Vmm.Migration;

/// <summary>The source's passes over memory.</summary>
sealed class MemoryCopy
{
    readonly IVirtualMachine _vm;
    readonly MigrationLink _link;
    readonly MigrationSourceOptions _options;
    readonly MigrationCounters _counters;
    readonly ProgressBoard _board;
    readonly DirtyPages _dirty;
    readonly BandwidthLimit _limit;
    readonly PageSender[] _senders;
    CopyState _state;

    /// <summary>Copies over the memory connections of <paramref name="link"/>.</summary>
    public MemoryCopy(IVirtualMachine vm, MigrationLink link, MigrationSourceOptions options, MigrationCounters counters, ProgressBoard board)
    {
        _vm = vm;
        _link = link;
        _options = options;
        _counters = counters;
        _board = board;
        _dirty = new DirtyPages(vm.Memory);
        _limit = new BandwidthLimit(options.Policy.MaxBytesPerSecond, options.Clock);
        _senders = [.. link.Memory.Select((stream, i) => new PageSender(stream, vm.Memory, i, link.Memory.Count, options.Policy.Compress))];
    }

    /// <summary>Sends all of memory, then again and again what has changed, until the rest is worth a pause. Returns the number of passes. Throws when it is not to be.</summary>
    public async Task<int> WhileRunningAsync(Action<int> throttle, CancellationToken stop)
    {
        // What was changed up to now is part of the first pass.
        _dirty.Collect(_vm);
        _dirty.MarkAll();
        _state = new CopyState { DirtyPages = _dirty.Count };
        for (var pass = 1; ; pass++)
        {
            _board.ShowCopy(MigrationPhase.PreCopy, pass, _state, _options.Policy, null);
            var before = _counters.Pages;
            var start = _options.Clock.GetTimestamp();
            await SendPassAsync(pass, isLast: false, stop);
            var duration = _options.Clock.GetElapsedTime(start);
            _dirty.Collect(_vm);
            var decision = MigrationRules.AfterPass(_state, new PassReport(pass, _counters.Pages - before, duration, _dirty.Count), _options.Policy);
            _state = decision.State;
            _board.ShowCopy(MigrationPhase.PreCopy, pass, _state, _options.Policy, decision.Note);
            throttle(_state.ThrottlePercent);
            if (decision.Step == CopyStep.GiveUp) throw new MigrationException(decision.Note!);
            if (decision.Step == CopyStep.Pause) return pass;
        }
    }

    /// <summary>Sends what is left, as fast as it goes; the guest is paused.</summary>
    public async Task WhilePausedAsync(int pass, CancellationToken stop)
    {
        _limit.TurnOff();
        // What the last pass left has been collected and not been sent; on top of it comes what has changed since.
        var rest = new DirtyPages(_vm.Memory);
        rest.Collect(_vm);
        _dirty.Add(rest);
        _state = _state with { DirtyPages = _dirty.Count };
        _board.ShowCopy(MigrationPhase.LastPages, pass, _state, _options.Policy, null);
        await SendPassAsync(pass, isLast: true, stop);
    }

    Task<bool> SendPassAsync(int pass, bool isLast, CancellationToken stop) =>
        Patience.WhileMovingAsync(_options.Limits.Stall, _options.Clock, () => _counters.WireBytes + _counters.ZeroPages, async token =>
        {
            using var broken = CancellationTokenSource.CreateLinkedTokenSource(token);
            var answer = _link.Control.ExpectAsync(ControlType.PassDone, broken.Token);
            var sending = _senders.Select(sender => Task.Run(
                () => sender.SendPassAsync(_dirty, pass, isFresh: pass == 1, isLast, _counters, _limit, broken.Token), CancellationToken.None)).ToList();
            await EndTogetherAsync(answer, sending, broken);
            var done = answer.Result.Read().ReadInt32();
            return done == pass ? true : throw new MigrationException($"The target confirmed pass {done} at the end of pass {pass}.");
        }, stop);

    /// <summary>Waits for all; the first that fails ends the others. The target's word about why comes before a connection that broke.</summary>
    static async Task EndTogetherAsync(Task<ControlFrame> answer, List<Task> sending, CancellationTokenSource broken)
    {
        var open = new List<Task>(sending) { answer };
        while (open.Count > 0)
        {
            var ended = await Task.WhenAny(open);
            open.Remove(ended);
            if (ended.IsCompletedSuccessfully) continue;
            // Give the target's reason a moment to come in before the rest is broken off.
            if (ended != answer) await Task.WhenAny(answer, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None));
            await broken.CancelAsync();
            await Task.WhenAll(open).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            if (answer.Exception?.InnerException is MigrationException said) throw said;
            if (ended.Exception?.InnerException is IOException io) throw new MigrationException("The connection to the target broke.", io);
            await ended;
        }
    }
}
