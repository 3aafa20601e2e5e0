namespace Propolis.Silo.Tests.Simulation;

/// <summary>A clock that stands still until it is moved to the next timer.</summary>
sealed class SimTime : TimeProvider
{
    readonly PriorityQueue<(SimTimer Timer, long Version), (DateTimeOffset At, long Order)> _timers = new();
    DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    long _order;

    public DateTimeOffset Now => _now;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Moves to the next timer and runs it.</summary>
    /// <param name="until">Not beyond this time.</param>
    /// <returns>Whether there was one.</returns>
    public bool RunNext(DateTimeOffset until)
    {
        while (_timers.TryPeek(out var entry, out var due))
        {
            if (due.At > until)
                break;
            _timers.Dequeue();
            if (entry.Timer.Version != entry.Version)
                continue;
            _now = due.At > _now ? due.At : _now;
            entry.Timer.Run();
            return true;
        }
        _now = until > _now && until != DateTimeOffset.MaxValue ? until : _now;
        return false;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Ends after a while.</summary>
    public async Task Delay(TimeSpan time)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = CreateTimer(_ => done.TrySetResult(), null, time, Timeout.InfiniteTimeSpan);
        await done.Task;
    }

    sealed class SimTimer(SimTime time, TimerCallback callback, object? state) : ITimer
    {
        TimeSpan _period;

        public long Version { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Version++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
                time._timers.Enqueue((this, Version), (time._now + dueTime, time._order++));
            return true;
        }

        public void Run()
        {
            Version++;
            if (_period != Timeout.InfiniteTimeSpan)
                Change(_period, _period);
            callback(state);
        }

        public void Dispose() => Version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
