using Propolis.Vmm.Devices.DebugPort;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Vmm.Machine;

/// <summary>What a machine gets from the process that runs it.</summary>
public sealed record MachineHost
{
    /// <summary>The hypervisor.</summary>
    public required IHypervisor Hypervisor { get; init; }

    /// <summary>Where the guest's resets, power-offs and failures go.</summary>
    public required IMachineControl Control { get; init; }

    /// <summary>Wall clock and monotonic clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Takes what firmware writes to the debug port; null drops it.</summary>
    public DebugSink? DebugOutput { get; init; }

    /// <summary>Told of every panic that the guest reports, in words; null drops it.</summary>
    public Action<string>? Panicked { get; init; }
}
