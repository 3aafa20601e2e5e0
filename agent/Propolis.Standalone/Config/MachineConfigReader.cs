using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>
/// Turns a document of propolis-standalone into a configuration, or throws a <see cref="ConfigException"/> for the first mistake.
/// A pure function: it looks at no file, which <see cref="ConfigFileChecks"/> does.
/// </summary>
static class MachineConfigReader
{
    /// <summary>Reads a whole document.</summary>
    public static MachineConfig Read(TomlDocument document)
    {
        var root = new TableReader(document.FileName, "the file", document.Root);
        root.AllowOnly("main", "chipset", "pci_bridge", "block_dev", "dev", "cpuid", "cloudinit");
        var main = root.Section("main")
            ?? throw root.FailAt(TomlPosition.WholeFile, "the table [main] is missing; it needs name, cpus, memory and bootrom or kernel");
        var slots = new PciSlots();
        var bridges = PciBridgeReader.Read(root, slots);
        var cloudInit = CloudInitReader.Read(root);
        var blockDevices = BlockDeviceReader.Read(root, cloudInit is not null);
        var devices = new DeviceReader(slots, blockDevices).Read(root);
        return new MachineConfig
        {
            FileName = document.FileName,
            Main = MainReader.Read(main, CpuidReader.Read(root), devices),
            EnablePcie = ReadEnablePcie(root),
            Bridges = bridges,
            BlockDevices = blockDevices,
            Devices = devices,
            CloudInit = cloudInit,
        };
    }

    static bool ReadEnablePcie(TableReader root)
    {
        if (root.Section("chipset") is not { } chipset)
            return false;
        chipset.AllowOnly("enable-pcie");
        return chipset.OptionalFlag("enable-pcie") ?? false;
    }
}
