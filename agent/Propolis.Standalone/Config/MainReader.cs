using System.Text;
using Propolis.Toml;
using Propolis.Vmm.Firmware;

namespace Propolis.Standalone.Config;

/// <summary>Reads [main].</summary>
static class MainReader
{
    const int LongestName = 127;
    const long MaxMemoryMiB = (long)(MemoryLayout.Device64End / 2 >> 20);

    static readonly string[] Keys =
    [
        "name", "cpus", "memory", "bootrom", "bootrom_version", "uefi_vars", "kernel", "initrd", "cmdline", "use_reservoir",
        "cpuid_profile", "cpu_binding", "exit_on_halt", "exit_on_reboot", "boot_order", "acpi_variant",
    ];

    /// <summary>Reads the table; profiles and devices are those that it may name.</summary>
    public static MainConfig Read(TableReader main, IReadOnlyList<CpuidProfile> profiles, IReadOnlyList<DeviceConfig> devices)
    {
        main.AllowOnly(Keys);
        // V0 is the only variant there is: once checked it tells the machine nothing.
        _ = main.OptionalChoice("acpi_variant", ("V0", 0));
        return new MainConfig
        {
            Name = ReadName(main),
            Cpus = (int)main.Integer("cpus", 1, MainConfig.MaxCpus),
            MemoryMiB = (ulong)main.Integer("memory", 1, MaxMemoryMiB),
            Boot = ReadBoot(main),
            BootromVersion = main.OptionalText("bootrom_version"),
            ReservoirAskedAt = main.OptionalFlag("use_reservoir") == true ? main.Find("use_reservoir")!.Position : null,
            CpuidProfile = ReadProfile(main, profiles),
            CpuBinding = main.OptionalChoice("cpu_binding", ("any", CpuBinding.Any), ("upper-half", CpuBinding.UpperHalf)) ?? CpuBinding.Any,
            ExitOnHalt = (byte)(main.OptionalInteger("exit_on_halt", 0, byte.MaxValue) ?? 0),
            ExitOnReboot = (byte?)main.OptionalInteger("exit_on_reboot", 0, byte.MaxValue),
            BootOrder = ReadBootOrder(main, devices),
        };
    }

    static string ReadName(TableReader main)
    {
        var name = main.Name("name");
        if (name is "." or ".." || name.Contains('/', StringComparison.Ordinal) || name.Any(char.IsControl)
            || Encoding.UTF8.GetByteCount(name) > LongestName)
            throw main.Fail("name", $"must be 1 to {LongestName} bytes without a slash or control characters: it also names files");
        return name;
    }

    static BootSource ReadBoot(TableReader main)
    {
        var kernel = main.OptionalPath("kernel");
        var bootrom = main.OptionalPath("bootrom");
        if (kernel is null && bootrom is null)
            throw main.Fail("needs the key bootrom, for a UEFI firmware, or kernel, to boot Linux directly");
        if (kernel is not null && bootrom is not null)
            throw main.Fail("kernel", "cannot be set beside bootrom; a machine starts with one of them");
        RefuseWithout(main, kernel, "kernel", "initrd", "cmdline");
        RefuseWithout(main, bootrom, "bootrom", "uefi_vars");
        return kernel is not null
            ? new BootSource.Kernel(kernel, main.OptionalPath("initrd"), main.OptionalText("cmdline") ?? "")
            : new BootSource.Firmware(bootrom!, main.OptionalPath("uefi_vars"));
    }

    static void RefuseWithout(TableReader main, ConfigPath? needed, string neededKey, params string[] keys)
    {
        if (needed is null && keys.FirstOrDefault(key => main.Find(key) is not null) is { } key)
            throw main.Fail(key, $"needs {neededKey}, which is not set");
    }

    static CpuidProfile? ReadProfile(TableReader main, IReadOnlyList<CpuidProfile> profiles)
    {
        if (main.OptionalText("cpuid_profile") is not { } name)
            return null;
        return profiles.FirstOrDefault(profile => profile.Name == name)
            ?? throw main.Fail("cpuid_profile", $"names the unknown profile {TomlKeySyntax.Show(name)}; "
                + NearestName.Advice(name, [.. profiles.Select(profile => profile.Name)]));
    }

    static List<DiskDeviceConfig>? ReadBootOrder(TableReader main, IReadOnlyList<DeviceConfig> devices)
    {
        if (main.OptionalArray("boot_order") is not { } names)
            return null;
        var order = new List<DiskDeviceConfig>();
        foreach (var item in names)
        {
            var disk = ReadBootDisk(main, item, devices);
            if (order.Contains(disk))
                throw main.FailAt(item.Position, $"[main] boot_order names {TomlKeySyntax.Show(disk.Name)} twice");
            order.Add(disk);
        }
        return order;
    }

    static DiskDeviceConfig ReadBootDisk(TableReader main, TomlValue item, IReadOnlyList<DeviceConfig> devices)
    {
        var name = main.ItemText(item, "[main] boot_order");
        var shown = TomlKeySyntax.Show(name);
        return devices.FirstOrDefault(device => device.Name == name) switch
        {
            null => throw main.FailAt(item.Position, $"[main] boot_order names the unknown device {shown}; "
                + NearestName.Advice(name, [.. devices.OfType<DiskDeviceConfig>().Select(device => device.Name)])),
            DiskDeviceConfig { PciPath.Bus: 0 } disk => disk,
            DiskDeviceConfig disk => throw main.FailAt(item.Position,
                $"[main] boot_order names {shown} at {disk.PciPath}, and the firmware boots only from disks on bus 0"),
            _ => throw main.FailAt(item.Position, $"[main] boot_order names {shown}, which is no disk"),
        };
    }
}
