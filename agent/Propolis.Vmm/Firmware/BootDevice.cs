using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Firmware;

/// <summary>A device that firmware may boot from.</summary>
/// <param name="Kind">How firmware names it.</param>
/// <param name="Path">Where it sits, on bus 0: firmware's names know no bridges here.</param>
public readonly record struct BootDevice(BootDeviceKind Kind, PciPath Path);
