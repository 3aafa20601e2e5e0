using Propolis.Vmm.Pci;

namespace Propolis.Standalone.Config;

/// <summary>A device on a PCI bus.</summary>
abstract record PciDeviceConfig : DeviceConfig
{
    /// <summary>Where it sits; on bus 0 or behind a configured bridge.</summary>
    public required PciPath PciPath { get; init; }
}
