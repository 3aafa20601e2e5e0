using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Nvme;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Net;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Machine;

/// <summary>One configured device. Its name is the one in the configuration; it names the device's state in snapshots.</summary>
public abstract record DeviceSpec(string Name)
{
    /// <summary>Frees what the device brings along (a disk's or a card's backend); for devices that no machine took over.</summary>
    public void Close()
    {
        switch (this)
        {
            case VirtioBlock disk: disk.Backend.Dispose(); break;
            case Nvme disk: disk.Backend.Dispose(); break;
            case VirtioNet nic: nic.Backend.Dispose(); break;
        }
    }

    /// <summary>A virtio disk; the machine owns the backend.</summary>
    public sealed record VirtioBlock(string Name, PciPath Path, IBlockBackend Backend) : DeviceSpec(Name)
    {
        /// <summary>Request queues; null for one per vCPU, at most 8.</summary>
        public int? Queues { get; init; }

        /// <summary>What the guest reads as the disk's serial number, at most 20 ASCII characters.</summary>
        public string Serial { get; init; } = Name;
    }

    /// <summary>An NVMe controller with one namespace; the machine owns the backend.</summary>
    public sealed record Nvme(string Name, PciPath Path, IBlockBackend Backend) : DeviceSpec(Name)
    {
        /// <summary>Serial number, exactly 20 bytes (<see cref="NvmeOptions.SerialFrom"/> makes them from a name).</summary>
        public required byte[] Serial { get; init; }

        /// <summary>Most pairs of I/O queues; null for all that the controller has.</summary>
        public int? Queues { get; init; }
    }

    /// <summary>A virtio network card; the machine owns the backend.</summary>
    public sealed record VirtioNet(string Name, PciPath Path, INetBackend Backend, VirtioNetOptions Options) : DeviceSpec(Name);

    /// <summary>A PCI-to-PCI bridge to the bus that device paths call <paramref name="DownstreamBus"/>.</summary>
    public sealed record Bridge(string Name, PciPath Path, byte DownstreamBus) : DeviceSpec(Name);

    /// <summary>A device of tests that nothing of the guest can see: it fails the given numbers of state exports and imports, then behaves.</summary>
    public sealed record MigrationFailures(string Name, int Exports, int Imports) : DeviceSpec(Name);

    /// <summary>The pvpanic port.</summary>
    public sealed record Pvpanic(string Name) : DeviceSpec(Name)
    {
        /// <summary>The ISA port exists; without it the guest sees nothing.</summary>
        public bool EnableIsa { get; init; } = true;
    }
}
