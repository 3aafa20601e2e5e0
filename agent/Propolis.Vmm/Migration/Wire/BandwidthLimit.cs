namespace Propolis.Vmm.Migration.Wire;

/// <summary>Keeps all connections of a migration together under so many bytes a second. Whoever has taken more than is there waits until it has grown back.</summary>
sealed class BandwidthLimit(long? bytesPerSecond, TimeProvider clock)
{
    static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(50);

    readonly Lock _gate = new();
    long _last = clock.GetTimestamp();
    double _credit;
    volatile bool _isOff;

    /// <summary>No limit from here on: the guest stands still.</summary>
    public void TurnOff() => _isOff = true;

    /// <summary>Pays for bytes that were sent.</summary>
    public Task PayAsync(long bytes, CancellationToken cancellation)
    {
        if (bytesPerSecond is not { } rate || _isOff) return Task.CompletedTask;
        double debt;
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            _credit = Math.Min(_credit + clock.GetElapsedTime(_last, now).TotalSeconds * rate, Burst.TotalSeconds * rate) - bytes;
            _last = now;
            debt = -_credit / rate;
        }
        return debt <= 0 ? Task.CompletedTask : Task.Delay(TimeSpan.FromSeconds(debt), clock, cancellation);
    }
}
