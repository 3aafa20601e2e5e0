using Propolis.Vmm.Hypervisor;

namespace Propolis.Vmm.Machine;

/// <summary>How often a vCPU left the guest and why, since the machine was made. Written by its thread only; read from any, a moment late.</summary>
public sealed class VcpuCounters
{
    readonly long[] _exits = new long[(int)VmExitKind.Failed + 1];
    long _unclaimed;

    /// <summary>Exits of one kind.</summary>
    public long Exits(VmExitKind kind) => Volatile.Read(ref _exits[(int)kind]);

    /// <summary>Accesses that no device claimed: reads gave all ones, writes went nowhere.</summary>
    public long Unclaimed => Volatile.Read(ref _unclaimed);

    internal void CountExit(VmExitKind kind) => _exits[(int)kind]++;

    internal void CountUnclaimed() => _unclaimed++;
}
