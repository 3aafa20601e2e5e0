using System.Numerics;
using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>Reads [dev.NAME].</summary>
sealed class DeviceReader(PciSlots slots, IReadOnlyList<BlockDeviceConfig> blockDevices)
{
    const long MaxQueueSize = 32768;
    const long MinGuestCid = 3;
    const long MaxGuestCid = 4294967294;
    const string SlotKey = "pci-path";

    static readonly string[] Drivers = ["pci-virtio-block", "pci-nvme", "pci-virtio-viona", "qemu-pvpanic", "pci-virtio-socket"];

    readonly Dictionary<string, string> _diskOf = [];

    /// <summary>Reads all devices.</summary>
    public IReadOnlyList<DeviceConfig> Read(TableReader root)
    {
        var devices = new List<DeviceConfig>();
        foreach (var (name, table) in root.NamedSections("dev"))
        {
            var device = ReadOne(name, table);
            if (device is PvpanicConfig or VsockConfig && devices.Find(other => other.GetType() == device.GetType()) is { } first)
                throw table.Fail("driver", $"{table.Text("driver")} is already that of {TomlKeySyntax.Show("dev", first.Name)}; there can be one");
            devices.Add(device);
        }
        return devices;
    }

    DeviceConfig ReadOne(string name, TableReader table)
    {
        var driver = table.Text("driver");
        DeviceConfig device = driver switch
        {
            "pci-virtio-block" => ReadVirtioBlock(name, table),
            "pci-nvme" => ReadNvme(name, table),
            "pci-virtio-viona" => ReadViona(name, table),
            "qemu-pvpanic" => ReadPvpanic(name, table),
            "pci-virtio-socket" => ReadVsock(name, table),
            _ => throw table.Fail("driver", $"{TomlKeySyntax.Show(driver)} is unknown; {NearestName.Advice(driver, Drivers)}"),
        };
        if (device is PciDeviceConfig { PciPath: var path } && !slots.HasBus(path.Bus))
            throw table.Fail(SlotKey, $"{path} is on bus {path.Bus}, and no [[pci_bridge]] has that as its downstream-bus");
        return device;
    }

    VirtioBlockConfig ReadVirtioBlock(string name, TableReader table)
    {
        table.AllowOnly("driver", "block_dev", SlotKey, "queues");
        return new VirtioBlockConfig
        {
            Name = name,
            Position = table.Position,
            PciPath = slots.Take(table),
            BlockDevice = TakeBlockDevice(table),
            Queues = (int?)table.OptionalInteger("queues", 1, VirtioBlockConfig.MaxQueues),
        };
    }

    NvmeConfig ReadNvme(string name, TableReader table)
    {
        table.AllowOnly("driver", "block_dev", SlotKey, "queues");
        return new NvmeConfig
        {
            Name = name,
            Position = table.Position,
            PciPath = slots.Take(table),
            BlockDevice = TakeBlockDevice(table),
            Queues = (int?)table.OptionalInteger("queues", 1, NvmeConfig.MaxQueues),
        };
    }

    BlockDeviceConfig TakeBlockDevice(TableReader table)
    {
        var name = table.Text("block_dev");
        var shown = TomlKeySyntax.Show(name);
        var device = blockDevices.FirstOrDefault(device => device.Name == name)
            ?? throw table.Fail("block_dev", $"names the unknown block device {shown}; "
                + NearestName.Advice(name, [.. blockDevices.Select(known => known.Name)]));
        if (!_diskOf.TryAdd(name, table.Label))
            throw table.Fail("block_dev", $"names {shown}, which {_diskOf[name]} uses already");
        return device;
    }

    VionaConfig ReadViona(string name, TableReader table)
    {
        table.AllowOnly("driver", "vnic", SlotKey, "rx-queue-size", "tx-queue-size", "tx_copy_data", "tx_header_pad");
        return new VionaConfig
        {
            Name = name,
            Position = table.Position,
            PciPath = slots.Take(table),
            Vnic = table.Name("vnic"),
            RxQueueSize = ReadQueueSize(table, "rx-queue-size"),
            TxQueueSize = ReadQueueSize(table, "tx-queue-size"),
            TxCopyData = table.OptionalFlag("tx_copy_data"),
            TxHeaderPad = (ushort?)table.OptionalInteger("tx_header_pad", 0, ushort.MaxValue),
        };
    }

    static ushort? ReadQueueSize(TableReader table, string key)
    {
        if (table.OptionalInteger(key, 2, MaxQueueSize) is not { } size)
            return null;
        return BitOperations.IsPow2(size) ? (ushort)size : throw table.Fail(key, $"must be a power of two, not {size}");
    }

    static PvpanicConfig ReadPvpanic(string name, TableReader table)
    {
        table.AllowOnly("driver", "enable_isa");
        return new PvpanicConfig { Name = name, Position = table.Position, EnableIsa = table.Flag("enable_isa") };
    }

    VsockConfig ReadVsock(string name, TableReader table)
    {
        table.AllowOnly("driver", "guest_cid", "port_mappings", SlotKey);
        return new VsockConfig
        {
            Name = name,
            Position = table.Position,
            PciPath = slots.Take(table),
            GuestCid = (uint)table.Integer("guest_cid", MinGuestCid, MaxGuestCid),
            PortMappings = ReadPortMappings(table),
        };
    }

    static List<VsockPortMapping> ReadPortMappings(TableReader table)
    {
        var mappings = new List<VsockPortMapping>();
        foreach (var item in table.Tables(table.Array("port_mappings"), $"{table.Label} port_mappings"))
        {
            item.AllowOnly("port", "addr");
            var port = (uint)item.Integer("port", 0, uint.MaxValue);
            var text = item.Text("addr");
            if (!SocketAddress.TryParse(text, out var address))
                throw item.Fail("addr", $"cannot be {TomlKeySyntax.Show(text)}; {SocketAddress.Advice}");
            if (mappings.Exists(other => other.Port == port))
                throw item.Fail("port", $"{port} is mapped already");
            mappings.Add(new VsockPortMapping(port, address));
        }
        return mappings;
    }
}
