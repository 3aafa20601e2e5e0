using Propolis.Contracts.Specs;
using Propolis.Toml;

namespace Propolis.Cli.Cluster.Files;

/// <summary>Turns a document into an instance: the tables of propolis-standalone, and <c>[instance]</c> and <c>[[group]]</c> for what only a cluster has.</summary>
static class InstanceFileReader
{
    const int MaxCpus = byte.MaxValue;
    const long MaxMemoryMb = 1L << 34;

    static readonly string[] MainKeys = ["name", "cpus", "memory", "kernel", "initrd", "cmdline", "bootrom", "boot_order"];

    static readonly string[] HostKeys =
        ["bootrom_version", "uefi_vars", "use_reservoir", "cpuid_profile", "cpu_binding", "exit_on_halt", "exit_on_reboot", "acpi_variant"];

    /// <summary>Reads a whole document.</summary>
    public static InstanceFile Read(TomlDocument document, string project)
    {
        var root = new TableReader(document.FileName, "the file", document.Root);
        if (root.Find("cloudinit") is { } cloudInit)
            throw root.FailAt(cloudInit.Position, "[cloudinit] is for a machine without a cluster; put the files into a volume instead");
        root.AllowOnly("main", "chipset", "block_dev", "dev", "instance", "group");
        var main = root.Section("main") ?? throw root.FailAt(TomlPosition.WholeFile, "the table [main] is missing; it needs name, cpus and memory");
        RefuseHostKeys(main);
        main.AllowOnly(MainKeys);
        var instance = InstanceTableReader.Read(root, project);
        var disks = DiskReader.Read(root, main.Name("name"), instance.Project);
        var components = DeviceReader.Read(root, disks);
        if (disks.FirstOrDefault(disk => !components.Values.Any(component => SpecRules.BackendOf(component) == disk.Value.Backend)) is { Key: { } unused })
            throw root.FailAt(root.Find("block_dev")!.Position, $"[{TomlKeySyntax.Show("block_dev", unused)}] is used by no device");
        if (BootOrder(main, components) is { } order) components.Add("boot_settings", order);
        var template = instance with
        {
            Name = main.Name("name"),
            Boot = BootReader.Read(main),
            Spec = new InstanceSpec
            {
                Board = new() { Cpus = (byte)main.Integer("cpus", 1, MaxCpus), MemoryMb = (ulong)main.Integer("memory", 1, MaxMemoryMb), Chipset = Chipset(root) },
                Components = new(components),
            },
        };
        return new(template, [.. disks.Values.Select(disk => disk.Volume).OfType<VolumeDisk>()]);
    }

    static void RefuseHostKeys(TableReader main)
    {
        if (main.Entries.FirstOrDefault(entry => HostKeys.Contains(entry.Name)) is { } entry)
            throw main.FailAt(entry.Position, $"[main] {entry.Name} is for a machine without a cluster; remove it");
    }

    static I440Fx Chipset(TableReader root)
    {
        var chipset = root.Section("chipset");
        chipset?.AllowOnly("enable-pcie");
        return new() { EnablePcie = chipset?.OptionalFlag("enable-pcie") ?? false };
    }

    static BootSettings? BootOrder(TableReader main, Dictionary<SpecKey, Component> components)
    {
        if (main.OptionalArray("boot_order") is not { } names) return null;
        var order = new List<BootOrderEntry>();
        foreach (var item in names)
        {
            var name = main.ItemText(item, "[main] boot_order");
            if (!components.TryGetValue(name, out var device) || device is not (VirtioDisk or NvmeDisk))
                throw main.FailAt(item.Position, $"[main] boot_order names {TomlKeySyntax.Show(name)}, which is no disk of [dev]");
            order.Add(new() { Id = name });
        }
        return new() { Order = [.. order] };
    }
}
