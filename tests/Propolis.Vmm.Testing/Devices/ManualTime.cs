namespace Propolis.Vmm.Tests.Devices;

/// <summary>A clock that moves when the test says so and fires timers in the order of their due times, on the test's thread.</summary>
sealed class ManualTime : TimeProvider
{
    readonly List<ManualTimer> _timers = [];
    DateTimeOffset _now = new(2026, 8, 23, 10, 20, 30, TimeSpan.Zero);
    long _timestamp = 12_345;

    public override long TimestampFrequency => 1_000_000_000;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _timestamp;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Moves on, firing what becomes due.</summary>
    public void Advance(TimeSpan by)
    {
        var end = _timestamp + by.Ticks * 100;
        while (_timers.Where(t => t.Due <= end).MinBy(t => t.Due) is { } next)
        {
            MoveTo(Math.Max(_timestamp, next.Due));
            next.Fire();
        }
        MoveTo(end);
    }

    /// <summary>The host's wall clock is set, as by its administrator; timestamps do not move.</summary>
    public void SetWallClock(DateTimeOffset now) => _now = now;

    void MoveTo(long timestamp)
    {
        _now += TimeSpan.FromTicks((timestamp - _timestamp) / 100);
        _timestamp = timestamp;
    }

    sealed class ManualTimer(ManualTime time, Action callback) : ITimer
    {
        public long Due { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : time.GetTimestamp() + dueTime.Ticks * 100;
            return true;
        }

        public void Fire()
        {
            Due = long.MaxValue;
            callback();
        }

        public void Dispose() => Due = long.MaxValue;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
