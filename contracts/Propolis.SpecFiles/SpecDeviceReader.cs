using System.Security.Cryptography;
using System.Text;
using Propolis.Contracts;
using Propolis.Contracts.Specs;
using Propolis.Toml;

namespace Propolis.SpecFiles;

/// <summary>Reads [block_dev.NAME] and [dev.NAME].</summary>
static class SpecDeviceReader
{
    /// <summary>The device of tests that has a name instead of a driver.</summary>
    public const string FailureInjector = "test-migration-failure";

    const int MaxWorkers = 32;
    const int SerialLength = 20;
    const long MinBlockSize = 512;
    const long MaxBlockSize = 65536;
    const string BackendSuffix = "-backend";

    static readonly string[] Drivers = ["pci-virtio-block", "pci-nvme", "pci-virtio-viona", "qemu-pvpanic", "pci-virtio-socket", "pci-virtio-9p", "softnpu-pci-port", "softnpu-port", "softnpu-p9"];

    /// <summary>Reads all of them into <paramref name="components"/>.</summary>
    public static void Read(TableReader root, SpecFileComponents components)
    {
        foreach (var (name, table) in root.NamedSections("block_dev")) components.Add(table, name, ReadBackend(table));
        foreach (var (name, table) in root.NamedSections("dev")) ReadDevice(name, table, components);
    }

    static FileStorageBackend ReadBackend(TableReader table)
    {
        table.AllowOnly("type", "path", "readonly", "read_only", "block_size", "workers");
        if (table.Text("type") is not "file" and var type) throw table.Fail("type", $"cannot be {TomlKeySyntax.Show(type)}; file is the only type here");
        var blockSize = table.OptionalInteger("block_size", MinBlockSize, MaxBlockSize) ?? MinBlockSize;
        return new FileStorageBackend
        {
            Path = table.PathOf("path").FullPath,
            Readonly = table.OptionalFlag("readonly") ?? table.OptionalFlag("read_only") ?? false,
            BlockSize = long.IsPow2(blockSize) ? (uint)blockSize : throw table.Fail("block_size", $"must be a power of two, not {blockSize}"),
            Workers = (uint?)table.OptionalInteger("workers", 1, MaxWorkers),
        };
    }

    static void ReadDevice(string name, TableReader table, SpecFileComponents components)
    {
        if (name == FailureInjector)
        {
            components.Add(table, name, ReadFailureInjector(table));
            return;
        }
        switch (table.Text("driver"))
        {
            case "pci-virtio-block":
                table.AllowOnly("driver", "block_dev", "pci-path");
                components.Add(table, name, new VirtioDisk { BackendId = components.TakeBackend(table), PciPath = components.TakePath(table) });
                break;
            case "pci-nvme":
                table.AllowOnly("driver", "block_dev", "pci-path");
                components.Add(table, name, new NvmeDisk { BackendId = components.TakeBackend(table), PciPath = components.TakePath(table), SerialNumber = SerialOf(name) });
                break;
            case "pci-virtio-viona":
                ReadInterface(name, table, components);
                break;
            case "qemu-pvpanic":
                table.AllowOnly("driver", "enable_isa");
                components.Add(table, name, new QemuPvpanic { EnableIsa = table.Flag("enable_isa") });
                break;
            case "pci-virtio-socket":
                table.AllowOnly("driver", "guest_cid", "pci-path");
                components.Add(table, name, new VirtioSocket { GuestCid = (ulong)table.Integer("guest_cid", 3, uint.MaxValue - 1), PciPath = components.TakePath(table) });
                break;
            case "pci-virtio-9p" or "softnpu-pci-port" or "softnpu-port" or "softnpu-p9":
                throw table.Fail("driver", $"{table.Text("driver")} is only in the original's falcon builds");
            case var driver:
                throw table.Fail("driver", $"{TomlKeySyntax.Show(driver)} is unknown; {NearestName.Advice(driver, Drivers)}");
        }
    }

    static void ReadInterface(string name, TableReader table, SpecFileComponents components)
    {
        table.AllowOnly("driver", "vnic", "pci-path");
        var backend = name + BackendSuffix;
        components.Add(table, backend, new VirtioNetworkBackend { VnicName = table.Name("vnic") });
        components.Add(table, name, new VirtioNic { BackendId = backend, InterfaceId = IdOf(name), PciPath = components.TakePath(table) });
    }

    static MigrationFailureInjector ReadFailureInjector(TableReader table)
    {
        table.AllowOnly("driver", "fail_exports", "fail_imports");
        return new MigrationFailureInjector
        {
            FailExports = (uint)(table.OptionalInteger("fail_exports", 0, uint.MaxValue) ?? 0),
            FailImports = (uint)(table.OptionalInteger("fail_imports", 0, uint.MaxValue) ?? 0),
        };
    }

    // The name in ASCII, cut or padded with spaces, as NVMe wants serial numbers.
    static EquatableList<byte> SerialOf(string name) =>
        new(name.PadRight(SerialLength)[..SerialLength].Select(letter => letter is >= ' ' and <= '~' ? (byte)letter : (byte)'_'));

    // RFC 9562: version 8 (made by a rule of one's own), variant 1. The same name gives the same id, so a file can be used again.
    static Guid IdOf(string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"propolis-interface/{name}"));
        hash[6] = (byte)(hash[6] & 0x0f | 0x80);
        hash[8] = (byte)(hash[8] & 0x3f | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
