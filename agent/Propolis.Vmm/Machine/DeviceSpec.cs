using Propolis.Vmm.Block;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Machine;

/// <summary>One configured device. Its name is the one in the configuration; it names the device's state in snapshots.</summary>
public abstract record DeviceSpec(string Name)
{
    /// <summary>A virtio disk; the machine owns the backend.</summary>
    public sealed record VirtioBlock(string Name, PciPath Path, IBlockBackend Backend) : DeviceSpec(Name)
    {
        /// <summary>Request queues; null for one per vCPU, at most 8.</summary>
        public int? Queues { get; init; }

        /// <summary>What the guest reads as the disk's serial number, at most 20 ASCII characters.</summary>
        public string Serial { get; init; } = Name;
    }

    /// <summary>A PCI-to-PCI bridge to the bus that device paths call <paramref name="DownstreamBus"/>.</summary>
    public sealed record Bridge(string Name, PciPath Path, byte DownstreamBus) : DeviceSpec(Name);

    /// <summary>The pvpanic port.</summary>
    public sealed record Pvpanic(string Name) : DeviceSpec(Name);
}
