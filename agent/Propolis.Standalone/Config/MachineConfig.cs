namespace Propolis.Standalone.Config;

/// <summary>A whole configuration of one machine, complete and free of contradictions. See README.md beside this file for the keys.</summary>
sealed record MachineConfig
{
    /// <summary>The file it came from, for messages.</summary>
    public required string FileName { get; init; }

    /// <summary>[main]: name, processors, memory and what it boots.</summary>
    public required MainConfig Main { get; init; }

    /// <summary>[chipset] enable-pcie: the machine has a PCI Express configuration window (ECAM). Off when not set.</summary>
    public bool EnablePcie { get; init; }

    /// <summary>[[pci_bridge]], in the order of the file; each is reachable from bus 0.</summary>
    public IReadOnlyList<PciBridgeConfig> Bridges { get; init; } = [];

    /// <summary>[block_dev.NAME], in the order of the file, used or not.</summary>
    public IReadOnlyList<BlockDeviceConfig> BlockDevices { get; init; } = [];

    /// <summary>[dev.NAME], in the order of the file. No two share a PCI path or a block device.</summary>
    public IReadOnlyList<DeviceConfig> Devices { get; init; } = [];

    /// <summary>[cloudinit]: the contents of the disk of type cloudinit.</summary>
    public CloudInitConfig? CloudInit { get; init; }
}
