using Orleans.Timers;
using Propolis.Contracts.Hosting;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Orleans.Hosting;

/// <summary>
/// What a grain gets from Orleans while it is in memory: its turns, its timer, its end. Its state is in the silo's own store, where the version
/// decides between two activations of one grain. Any failed write ends the activation; the next call reads the store.
/// </summary>
sealed partial class OrleansActivation : ILifecycleObserver
{
    readonly IGrainContext _context;
    readonly ITimerRegistry _timers;
    readonly GrainPorts _ports;
    readonly Func<Task> _read;
    IGrainTimer? _timer;
    DateTimeOffset _tickAt = DateTimeOffset.MaxValue;
    bool _ended;

    public OrleansActivation(IGrainContext context, GrainKind kind, HostParts parts, IGrains grains, ITimerRegistry timers)
    {
        (_context, _timers) = (context, timers);
        _ports = parts.PortsOf(context.GrainId.Key.ToString()!, grains, WakeIn, message => _ = SendAsync(message));
        (Grain, _read) = kind.Make(_ports, parts.Store, WriteFailed);
        context.ObservableLifecycle.Subscribe(nameof(OrleansActivation), GrainLifecycleStage.Activate, this);
    }

    /// <summary>The grain; made, but not before Orleans has started the activation of use.</summary>
    public IEntityGrain Grain { get; }

    /// <inheritdoc/>
    public async Task OnStart(CancellationToken cancellationToken = default)
    {
        await _read();
        await Grain.ActivateAsync();
    }

    /// <inheritdoc/>
    public Task OnStop(CancellationToken cancellationToken = default)
    {
        _ended = true;
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    void WriteFailed(Exception cause)
    {
        Failed(_ports.Log, _ports.Key, cause);
        _ended = true;
        // Without the cause: with one, Orleans would fail the calls that wait instead of handing them to the next activation.
        _context.Deactivate(new(DeactivationReasonCode.ApplicationError, "a write failed"));
        _ = Task.Run(ReviveAsync);
    }

    // What the activation was about to do is in the store, and nobody may call again: a new one goes on.
    async Task ReviveAsync()
    {
        try
        {
            await Task.Delay(_ports.Options.RetryAfter, _ports.Time);
            await _context.GrainReference.AsReference<IWakeExtension>().WakeAsync();
        }
        catch (Exception e)
        {
            NotRevived(_ports.Log, _ports.Key, e);
        }
    }

    void WakeIn(TimeSpan due)
    {
        var at = _ports.Time.GetUtcNow() + due;
        if (_ended || at >= _tickAt)
            return;
        _tickAt = at;
        due = due < TimeSpan.Zero ? TimeSpan.Zero : due;
        if (_timer is null)
            _timer = _timers.RegisterGrainTimer(_context, static (self, _) => self.TickAsync(), this, new(due, Timeout.InfiniteTimeSpan) { KeepAlive = true });
        else
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    async Task TickAsync()
    {
        if (_ended)
            return;
        _tickAt = DateTimeOffset.MaxValue;
        try
        {
            await Grain.TickAsync();
        }
        catch (Exception e)
        {
            TickFailed(_ports.Log, _ports.Key, e);
            WakeIn(_ports.Options.RetryAfter);
        }
    }

    async Task SendAsync(Func<IGrains, Task> message)
    {
        try
        {
            await message(_ports.Grains);
        }
        catch (Exception e)
        {
            PostFailed(_ports.Log, _ports.Key, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A write of {Key} failed; its activation ends")]
    static partial void Failed(ILogger log, string key, Exception cause);

    [LoggerMessage(LogLevel.Warning, "{Key} could not do what was due; trying again soon")]
    static partial void TickFailed(ILogger log, string key, Exception cause);

    [LoggerMessage(LogLevel.Warning, "{Key} could not be activated again; the cluster's waker will try")]
    static partial void NotRevived(ILogger log, string key, Exception cause);

    [LoggerMessage(LogLevel.Debug, "A message of {Key} was lost")]
    static partial void PostFailed(ILogger log, string key, Exception cause);
}
