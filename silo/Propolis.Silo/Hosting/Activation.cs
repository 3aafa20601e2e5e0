using System.Diagnostics;
using Propolis.Contracts.Hosting;

namespace Propolis.Silo.Hosting;

/// <summary>
/// One grain in memory: a queue of turns, run one after the other. Calls that only read run beside a turn that waits: they see what is written.
/// <code>
/// first turn reads the state -> turns ... -> a write fails, or idle -> ended: no further turn is taken
/// </code>
/// </summary>
sealed class Activation
{
    // Steps so long after a command are still seen as following from it.
    static readonly TimeSpan CauseLasts = TimeSpan.FromMinutes(1);

    readonly HostParts _parts;
    readonly Action<Activation, bool> _forget;
    readonly GrainPorts _ports;
    readonly ITimer _timer;
    readonly Lock _lock = new();
    readonly Queue<Turn> _turns = [];
    TaskCompletionSource? _drained;
    ActivityContext _cause;
    DateTimeOffset _causedAt;
    DateTimeOffset _lastUsed;
    DateTimeOffset _tickAt = DateTimeOffset.MaxValue;
    volatile IEntityGrain? _grain;
    bool _running;
    bool _tickQueued;
    bool _ended;
    bool _failed;

    public Activation(HostParts parts, GrainKind kind, string key, IGrains grains, Action<Activation, bool> forget)
    {
        (_parts, Kind, Key, _forget) = (parts, kind, key, forget);
        _lastUsed = parts.Time.GetUtcNow();
        _timer = parts.Time.CreateTimer(_ => QueueTick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ports = parts.PortsOf(key, grains, WakeIn, message => Start(() => SendAsync(message, grains)));
    }

    public GrainKind Kind { get; }

    public string Key { get; }

    /// <summary>Queues a call.</summary>
    /// <returns>The call; null when the activation has ended.</returns>
    public Turn? TryPost(Func<IEntityGrain, Task<object?>> call, bool readOnly)
    {
        var cause = CallTrace.Here;
        var turn = new Turn(Key, call, cause);
        lock (_lock)
        {
            if (_ended)
                return null;
            _lastUsed = _parts.Time.GetUtcNow();
            if (!readOnly && cause != default)
                (_cause, _causedAt) = (cause, _lastUsed);
            if (readOnly && _grain is { } grain)
            {
                Start(() => turn.RunAsync(grain));
                return turn;
            }
            Enqueue(turn);
        }
        return turn;
    }

    /// <summary>Ends the activation when nobody needs it.</summary>
    public void EndIfIdle(DateTimeOffset before)
    {
        lock (_lock)
        {
            if (_ended || _running || _turns.Count > 0 || _lastUsed >= before || _grain is { IsSettled: false })
                return;
            _ended = true;
        }
        Close();
    }

    /// <summary>Takes no further turns, and waits for the one that runs.</summary>
    public async Task EndAsync()
    {
        Task? drained = null;
        lock (_lock)
        {
            _ended = true;
            if (_running)
                drained = (_drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
        if (drained is not null)
            await drained;
        Close();
    }

    void Enqueue(Turn turn)
    {
        _turns.Enqueue(turn);
        if (_running)
            return;
        _running = true;
        Start(RunTurnsAsync);
    }

    void Start(Func<Task> work) => _ = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _parts.Scheduler);

    async Task RunTurnsAsync()
    {
        while (Next() is { } turn)
        {
            try
            {
                _grain ??= await MakeAsync();
            }
            catch (Exception e)
            {
                HostLog.ActivationFailed(_parts.Log, Key, e);
                lock (_lock)
                    _ended = _failed = true;
                turn.Fail(new GrainCallException($"{Key} could not be activated: {e.Message}", e));
                continue;
            }
            await turn.RunAsync(_grain);
        }
        bool ended;
        lock (_lock)
            ended = _ended;
        if (ended)
            Close();
    }

    async Task<IEntityGrain> MakeAsync()
    {
        var grain = await Kind.MakeAsync(_ports, _parts.Store, WriteFailed);
        await grain.ActivateAsync();
        return grain;
    }

    Turn? Next()
    {
        lock (_lock)
        {
            if (!_ended && _turns.TryDequeue(out var turn))
                return turn;
            _running = false;
            while (_turns.TryDequeue(out var left))
                left.Fail(new GrainCallException($"{Key} ended before the call was begun"));
            _drained?.TrySetResult();
            return null;
        }
    }

    void WriteFailed(Exception cause)
    {
        HostLog.WriteFailed(_parts.Log, Key, cause);
        lock (_lock)
            _ended = _failed = true;
    }

    void Close()
    {
        _timer.Dispose();
        _forget(this, _failed);
    }

    void WakeIn(TimeSpan due)
    {
        lock (_lock)
        {
            var at = _parts.Time.GetUtcNow() + due;
            if (_ended || at >= _tickAt)
                return;
            _tickAt = at;
            _timer.Change(due < TimeSpan.Zero ? TimeSpan.Zero : due, Timeout.InfiniteTimeSpan);
        }
    }

    void QueueTick()
    {
        lock (_lock)
        {
            _tickAt = DateTimeOffset.MaxValue;
            if (_ended || _tickQueued)
                return;
            _tickQueued = true;
            var isFresh = _parts.Time.GetUtcNow() - _causedAt < CauseLasts;
            Enqueue(new Turn(Key, TickAsync, isFresh ? _cause : default));
        }
    }

    async Task<object?> TickAsync(IEntityGrain grain)
    {
        lock (_lock)
            _tickQueued = false;
        try
        {
            await grain.TickAsync();
        }
        catch (Exception e)
        {
            HostLog.TickFailed(_parts.Log, Key, e);
            WakeIn(_parts.Options.RetryAfter);
        }
        return null;
    }

    async Task SendAsync(Func<IGrains, Task> message, IGrains grains)
    {
        try
        {
            await message(grains);
        }
        catch (Exception e)
        {
            HostLog.PostFailed(_parts.Log, Key, e);
        }
    }
}
