namespace Propolis.Vmm.Hypervisor;

/// <summary>How guest time follows wall-clock time over a snapshot or a migration. Pure.</summary>
static class WallClockRules
{
    /// <summary>Nanoseconds from freezing to now; 0 when the clocks of two hosts disagree about the order.</summary>
    public static ulong Elapsed(ulong frozenAt, ulong now) => now > frozenAt ? now - frozenAt : 0;

    /// <summary>Ticks of a counter of <paramref name="kilohertz"/> in that many nanoseconds.</summary>
    public static ulong Ticks(ulong nanoseconds, uint kilohertz) => (ulong)((UInt128)nanoseconds * kilohertz / 1_000_000);
}
