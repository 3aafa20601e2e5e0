using Propolis.Vmm.Machine;

namespace Propolis.Vmm.Migration;

/// <summary>Slows a guest down by keeping every vCPU out of it for a share of each period.</summary>
sealed class VcpuThrottle : IDisposable
{
    static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    readonly IReadOnlyList<VcpuThread> _vcpus;
    readonly ITimer _timer;
    int _percent;

    /// <summary>Does nothing until it is told to.</summary>
    public VcpuThrottle(IReadOnlyList<VcpuThread> vcpus, TimeProvider clock)
    {
        _vcpus = vcpus;
        _timer = clock.CreateTimer(static self => ((VcpuThrottle)self!).OnPeriod(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes that share of their time from the vCPUs from now on, 0 to 99 percent.</summary>
    public void Set(int percent)
    {
        if (Interlocked.Exchange(ref _percent, percent) == percent) return;
        var period = percent == 0 ? Timeout.InfiniteTimeSpan : Period;
        _timer.Change(period, period);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    void OnPeriod()
    {
        var rest = Period * (Volatile.Read(ref _percent) / 100.0);
        if (rest == TimeSpan.Zero) return;
        foreach (var vcpu in _vcpus) vcpu.Rest(rest);
    }
}
