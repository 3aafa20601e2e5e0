using System.Text;
using Propolis.Contracts;
using Propolis.Contracts.Specs;
using Propolis.SpecFiles;

namespace Propolis.Cli.Specs;

/// <summary>What a spec is composed of. Serial ports and pvpanic are added to it, and disks from the command line get the slots that the original gives them.</summary>
sealed record SpecDraft
{
    const byte FirstCrucibleSlot = 0x10;
    const byte CloudInitSlot = 0x18;
    const byte CrucibleSlots = 8;
    const int SerialLength = 20;

    /// <summary>Processors.</summary>
    public required byte Cpus { get; init; }

    /// <summary>Memory in MiB.</summary>
    public required ulong MemoryMb { get; init; }

    /// <summary>Devices from a file.</summary>
    public SpecFile? File { get; init; }

    /// <summary>CPUID values; the host's when null.</summary>
    public Cpuid? Cpuid { get; init; }

    /// <summary>Disks on Crucible volumes.</summary>
    public IReadOnlyList<CrucibleDisk> CrucibleDisks { get; init; } = [];

    /// <summary>Contents of a cloud-init disk.</summary>
    public byte[]? CloudInit { get; init; }

    /// <summary>A Hyper-V compatible interface.</summary>
    public bool HyperV { get; init; }

    /// <summary>Composes the spec. Throws <see cref="CliException"/> for what cannot be.</summary>
    public static InstanceSpec Compose(SpecDraft draft)
    {
        var components = new Dictionary<SpecKey, Component>(draft.File?.Components ?? new SpecComponents([]));
        foreach (var port in Enum.GetValues<SerialPortNumber>()) Add(components, $"com{(int)port + 1}", new SerialPort { Num = port });
        if (!components.Values.Any(component => component is QemuPvpanic)) Add(components, "pvpanic", new QemuPvpanic { EnableIsa = true });
        foreach (var disk in draft.CrucibleDisks) AddCrucible(components, disk);
        if (draft.CloudInit is { } image) AddCloudInit(components, image);
        return new InstanceSpec
        {
            Board = new Board
            {
                Cpus = draft.Cpus,
                MemoryMb = draft.MemoryMb,
                Chipset = new I440Fx { EnablePcie = draft.File?.EnablePcie ?? false },
                GuestHvInterface = draft.HyperV ? new HyperVInterface { Features = [HyperVFeatureFlag.ReferenceTsc] } : null,
                Cpuid = draft.Cpuid,
            },
            Components = new SpecComponents(components),
        };
    }

    static void AddCrucible(Dictionary<SpecKey, Component> components, CrucibleDisk disk)
    {
        if (disk.Slot >= CrucibleSlots) throw CliException.Wrong($"Crucible disk '{disk.Name}' has slot {disk.Slot}; 0 to {CrucibleSlots - 1} are possible.");
        var path = new PciPath { Bus = 0, Device = (byte)(FirstCrucibleSlot + disk.Slot), Function = 0 };
        Add(components, disk.Name, new CrucibleStorageBackend { RequestJson = disk.VolumeConstructionRequest.GetRawText(), Readonly = disk.ReadOnly });
        Add(components, $"{disk.Name}-device", disk.Device switch
        {
            "nvme" => new NvmeDisk { BackendId = disk.Name, PciPath = path, SerialNumber = SerialOf(disk.Name) },
            "virtio" => new VirtioDisk { BackendId = disk.Name, PciPath = path },
            _ => throw CliException.Wrong($"Crucible disk '{disk.Name}' is a '{disk.Device}'; nvme and virtio are possible."),
        });
    }

    static void AddCloudInit(Dictionary<SpecKey, Component> components, byte[] image)
    {
        Add(components, "cloud-init-backend", new BlobStorageBackend { Base64 = Convert.ToBase64String(image), Readonly = true });
        Add(components, "cloud-init", new VirtioDisk { BackendId = "cloud-init-backend", PciPath = new PciPath { Bus = 0, Device = CloudInitSlot, Function = 0 } });
    }

    static void Add(Dictionary<SpecKey, Component> components, SpecKey key, Component component)
    {
        if (!components.TryAdd(key, component)) throw CliException.Wrong($"Two components are called '{key}'; give one of them another name.");
    }

    // As long as NVMe wants it: the name, then zeroes.
    static EquatableList<byte> SerialOf(string name)
    {
        var serial = new byte[SerialLength];
        Encoding.ASCII.GetBytes(name.AsSpan(0, Math.Min(name.Length, SerialLength)), serial);
        return new EquatableList<byte>(serial);
    }
}
