using Propolis.Contracts.Specs;
using Propolis.Toml;

namespace Propolis.SpecFiles;

/// <summary>Turns a document into a <see cref="SpecFile"/>, or throws a <see cref="ConfigException"/> for the first mistake.</summary>
static class SpecFileReader
{
    /// <summary>The name of the boot order among the components.</summary>
    public const string BootSettingsKey = "boot-settings";

    static readonly string[] BootKeys = ["bootrom", "uefi_vars", "kernel", "initrd", "cmdline"];

    /// <summary>Reads a whole document.</summary>
    public static SpecFile Read(TomlDocument document)
    {
        var root = new TableReader(document.FileName, "the file", document.Root);
        root.AllowOnly([.. BootKeys, "main", "chipset", "pci_bridge", "block_dev", "dev", "cpuid"]);
        var components = new SpecFileComponents();
        ReadBridges(root, components);
        SpecDeviceReader.Read(root, components);
        ReadBootOrder(root, components);
        var file = new SpecFile
        {
            EnablePcie = ReadEnablePcie(root),
            Components = components.Build(),
            CpuidProfiles = SpecCpuidReader.Read(root),
            Boot = ReadBoot(root),
        };
        return file;
    }

    static void ReadBridges(TableReader root, SpecFileComponents components)
    {
        foreach (var bridge in root.RepeatedSections("pci_bridge"))
        {
            bridge.AllowOnly("pci-path", "downstream-bus");
            var bus = (byte)bridge.Integer("downstream-bus", 1, byte.MaxValue);
            components.AddBus(bridge, bus);
            components.Add(bridge, $"pci-bridge-{bus}", new PciPciBridge { DownstreamBus = bus, PciPath = components.TakePath(bridge) });
        }
    }

    static void ReadBootOrder(TableReader root, SpecFileComponents components)
    {
        if (root.Section("main") is not { } main) return;
        main.AllowOnly("boot_order");
        if (main.OptionalArray("boot_order") is not { } names) return;
        var order = names.Select(item => (Item: item, Name: main.ItemText(item, "[main] boot_order"))).ToArray();
        foreach (var (item, name) in order.Where(entry => !components.IsDisk(entry.Name)))
            throw main.FailAt(item.Position, $"[main] boot_order names {TomlKeySyntax.Show(name)}, which is no disk of this file");
        components.Add(main, BootSettingsKey, new BootSettings { Order = [.. order.Select(entry => new BootOrderEntry { Id = entry.Name })] });
    }

    static bool ReadEnablePcie(TableReader root)
    {
        if (root.Section("chipset") is not { } chipset) return false;
        chipset.AllowOnly("enable-pcie");
        return chipset.OptionalFlag("enable-pcie") ?? false;
    }

    static SpecFileBoot? ReadBoot(TableReader root)
    {
        if (!BootKeys.Any(key => root.Find(key) is not null)) return null;
        var boot = new SpecFileBoot
        {
            Bootrom = root.OptionalPath("bootrom")?.FullPath,
            UefiVars = root.OptionalPath("uefi_vars")?.FullPath,
            Kernel = root.OptionalPath("kernel")?.FullPath,
            Initrd = root.OptionalPath("initrd")?.FullPath,
            Cmdline = root.OptionalText("cmdline"),
        };
        if (boot is { Bootrom: not null, Kernel: not null }) throw root.Fail("kernel", "cannot be set beside bootrom; a VM starts with one of them");
        if (boot is { Kernel: null, Bootrom: null }) throw root.Fail("needs the key bootrom, for a firmware, or kernel, to boot Linux directly");
        if (boot is { Kernel: null, Initrd: not null } or { Kernel: null, Cmdline: not null }) throw root.Fail("sets initrd or cmdline, which need kernel");
        return boot;
    }
}
