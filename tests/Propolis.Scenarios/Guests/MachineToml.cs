using System.Globalization;
using System.Text;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios.Guests;

/// <summary>
/// Writes the TOML of one virtual machine, step by step: <c>MachineToml.Linux(sled).WithDisk("nvme", path)</c>. PCI devices take the slots 4, 5, ... of bus 0 in the order given.
/// </summary>
sealed class MachineToml
{
    const int FirstSlot = 4;

    readonly StringBuilder _main = new();
    readonly StringBuilder _devices = new();
    int _count;

    MachineToml(string name, int cpus, int memoryMib)
    {
        Name = name;
        Main("name", name);
        Main("cpus", cpus);
        Main("memory", memoryMib);
    }

    /// <summary>The machine's name.</summary>
    public string Name { get; }

    /// <summary>The guest's kernel and initramfs, booted directly.</summary>
    public static MachineToml Linux(Sled sled, int cpus = 1, string words = "") => new MachineToml(NewName("linux"), cpus, 512)
        .Main("kernel", $"{sled.Images}/vmlinuz")
        .Main("initrd", $"{sled.Images}/initrd.img")
        .Main("cmdline", $"console=ttyS0 quiet {words}".TrimEnd());

    /// <summary>A machine that boots by this firmware from its first disk.</summary>
    public static MachineToml Firmware(Sled sled, string bootrom, int cpus = 1) => new MachineToml(NewName("firmware"), cpus, 512).Main("bootrom", $"{sled.Images}/{bootrom}");

    /// <summary>Adds a key to [main].</summary>
    public MachineToml Main(string key, string value)
    {
        _main.AppendLine(CultureInfo.InvariantCulture, $"{key} = \"{value}\"");
        return this;
    }

    /// <summary>Adds a number to [main].</summary>
    public MachineToml Main(string key, int value)
    {
        _main.AppendLine(CultureInfo.InvariantCulture, $"{key} = {value}");
        return this;
    }

    /// <summary>Adds a list of words to [main].</summary>
    public MachineToml MainList(string key, params string[] values)
    {
        _main.AppendLine(CultureInfo.InvariantCulture, $"{key} = [{string.Join(", ", values.Select(v => $"\"{v}\""))}]");
        return this;
    }

    /// <summary>Gives the machine a PCI Express configuration window.</summary>
    public MachineToml Ecam()
    {
        _devices.AppendLine("[chipset]\nenable-pcie = true");
        return this;
    }

    /// <summary>Adds a disk: its driver ("pci-virtio-block" or "pci-nvme") and the file behind it.</summary>
    public MachineToml Disk(string driver, string path, bool readOnly = false)
    {
        var number = _count;
        _devices.AppendLine(CultureInfo.InvariantCulture, $"[block_dev.disk{number}]\ntype = \"file\"\npath = \"{path}\"\nread_only = {(readOnly ? "true" : "false")}");
        return Device(driver, $"block_dev = \"disk{number}\"");
    }

    /// <summary>Adds a Crucible disk on these downstairs; its generation is kept beside the configuration.</summary>
    public MachineToml Crucible(string driver, CrucibleRegions regions, string controlAddress)
    {
        var number = _count;
        _devices.AppendLine(CultureInfo.InvariantCulture, $"[block_dev.disk{number}]\ntype = \"crucible\"\nblock_size = {CrucibleRegions.BlockSize}\nblocks_per_extent = {CrucibleRegions.BlocksPerExtent}");
        _devices.AppendLine(CultureInfo.InvariantCulture, $"extent_count = {CrucibleRegions.ExtentCount}\ntargets = [{string.Join(", ", regions.Targets.Select(t => $"\"{t}\""))}]\ncontrol_addr = \"{controlAddress}\"");
        return Device(driver, $"block_dev = \"disk{number}\"");
    }

    /// <summary>Adds a cloud-init disk on virtio with a script as user-data.</summary>
    public MachineToml CloudInit(string hostName, string script)
    {
        _devices.AppendLine(CultureInfo.InvariantCulture, $"[cloudinit]\nuser-data = '''\n{script}'''\nmeta-data = '''\nlocal-hostname: {hostName}\n'''");
        _devices.AppendLine("[block_dev.seed]\ntype = \"cloudinit\"");
        return Device("pci-virtio-block", "block_dev = \"seed\"");
    }

    /// <summary>Adds a network card on this tap.</summary>
    public MachineToml Nic(string vnic) => Device("pci-virtio-viona", $"vnic = \"{vnic}\"");

    /// <summary>The whole file.</summary>
    public override string ToString() => $"[main]\n{_main}\n{_devices}";

    MachineToml Device(string driver, string line)
    {
        _devices.AppendLine(CultureInfo.InvariantCulture, $"[dev.dev{_count}]\ndriver = \"{driver}\"\n{line}\npci-path = \"0.{FirstSlot + _count}.0\"\n");
        _count++;
        return this;
    }

    // A machine of the same name would be replaced: tests that share a sled must not meet.
    static string NewName(string kind) => $"{kind}-{Guid.NewGuid().ToString("N")[..8]}";
}
