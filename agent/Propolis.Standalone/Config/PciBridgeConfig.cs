using Propolis.Vmm.Pci;

namespace Propolis.Standalone.Config;

/// <summary>[[pci_bridge]]: a PCI-PCI bridge.</summary>
/// <param name="PciPath">Where it sits.</param>
/// <param name="DownstreamBus">The bus behind it, 1 to 255.</param>
sealed record PciBridgeConfig(PciPath PciPath, byte DownstreamBus);
