using System.Security.Cryptography;
using System.Text;
using Propolis.Contracts;
using Propolis.Contracts.Specs;
using Propolis.Toml;

namespace Propolis.Cli.Cluster.Files;

/// <summary>Reads <c>[dev.NAME]</c>, and adds what every machine has: four serial ports.</summary>
static class DeviceReader
{
    const int SerialNumberBytes = 20;
    const string SlotKey = "pci-path";

    static readonly string[] Drivers = ["pci-virtio-block", "pci-nvme", "pci-virtio-viona", "qemu-pvpanic"];

    /// <summary>All components: devices, their backends, serial ports.</summary>
    public static Dictionary<SpecKey, Component> Read(TableReader root, Dictionary<string, DiskSource> disks)
    {
        var components = new Dictionary<SpecKey, Component>();
        foreach (var port in Enum.GetValues<SerialPortNumber>()) components.Add(port.ToString().ToLowerInvariant(), new SerialPort { Num = port });
        foreach (var (name, table) in root.NamedSections("dev")) ReadOne(name, table, disks, components);
        return components;
    }

    static void ReadOne(string name, TableReader table, Dictionary<string, DiskSource> disks, Dictionary<SpecKey, Component> components)
    {
        var driver = table.Text("driver");
        switch (driver)
        {
            case "pci-virtio-block":
                Add(table, components, name, new VirtioDisk { BackendId = TakeDisk(table, disks, components), PciPath = ReadPath(table, components) });
                break;
            case "pci-nvme":
                Add(table, components, name, new NvmeDisk { BackendId = TakeDisk(table, disks, components), PciPath = ReadPath(table, components), SerialNumber = SerialNumber(table.Text("block_dev")) });
                break;
            case "pci-virtio-viona":
                table.AllowOnly("driver", "vnic", SlotKey);
                Add(table, components, $"{name}-backend", new VirtioNetworkBackend { VnicName = table.Name("vnic") });
                Add(table, components, name, new VirtioNic { BackendId = $"{name}-backend", InterfaceId = InterfaceId(name), PciPath = ReadPath(table, components) });
                break;
            case "qemu-pvpanic":
                table.AllowOnly("driver", "enable_isa");
                Add(table, components, name, new QemuPvpanic { EnableIsa = table.Flag("enable_isa") });
                break;
            default:
                throw table.Fail("driver", $"{TomlKeySyntax.Show(driver)} is unknown in a cluster; {NearestName.Advice(driver, Drivers)}");
        }
    }

    static void Add(TableReader table, Dictionary<SpecKey, Component> components, SpecKey key, Component component)
    {
        if (!components.TryAdd(key, component)) throw table.Fail($"needs another name: the machine has a component {TomlKeySyntax.Show(key.Value)} already");
    }

    static SpecKey TakeDisk(TableReader table, Dictionary<string, DiskSource> disks, Dictionary<SpecKey, Component> components)
    {
        table.AllowOnly("driver", "block_dev", SlotKey, "queues");
        var name = table.Text("block_dev");
        if (!disks.TryGetValue(name, out var disk))
            throw table.Fail("block_dev", $"names the unknown block device {TomlKeySyntax.Show(name)}; {NearestName.Advice(name, disks.Keys)}");
        if (components.Values.Any(component => SpecRules.BackendOf(component) == disk.Backend))
            throw table.Fail("block_dev", $"names {TomlKeySyntax.Show(name)}, which another device uses already");
        if (disk.Component is { } backend) Add(table, components, disk.Backend, backend);
        return disk.Backend;
    }

    static PciPath ReadPath(TableReader table, Dictionary<SpecKey, Component> components)
    {
        var text = table.Text(SlotKey);
        var parts = text.Split('.');
        if (parts.Length != 3 || !byte.TryParse(parts[0], out var bus) || !byte.TryParse(parts[1], out var device) || !byte.TryParse(parts[2], out var function) || device > 31 || function > 7)
            throw table.Fail(SlotKey, $"cannot be {TomlKeySyntax.Show(text)}; it must be \"bus.device.function\", up to 255.31.7");
        var path = new PciPath { Bus = bus, Device = device, Function = function };
        return components.Values.Any(component => SpecRules.PathOf(component) == path) ? throw table.Fail(SlotKey, $"{text} is taken already") : path;
    }

    static EquatableList<byte> SerialNumber(string name)
    {
        var text = name.Length > SerialNumberBytes ? name[..SerialNumberBytes] : name.PadRight(SerialNumberBytes);
        return new(text.Select(letter => letter is >= ' ' and <= '~' ? (byte)letter : (byte)'_'));
    }

    static Guid InterfaceId(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
}
