using Propolis.Disks;
using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>
/// Every file that a configuration names, for whoever must bring them to where the machine runs and take back what it changed.
/// </summary>
static class ConfigFiles
{
    /// <summary>Lists them in the order of the tables; a file named twice is listed twice.</summary>
    public static IEnumerable<ConfigFile> Of(MachineConfig config) =>
        [.. OfBoot(config.Main.Boot), .. config.BlockDevices.SelectMany(OfBlockDevice), .. OfGenerations(config), .. OfCloudInit(config.CloudInit)];

    /// <summary>One line a file: r or w, a tab, the absolute path. A file of which both hold is listed once, with w.</summary>
    public static IEnumerable<string> Lines(MachineConfig config) =>
        Of(config)
            .GroupBy(file => file.Path.FullPath, StringComparer.Ordinal)
            .Select(same => $"{(same.Any(file => file.Writes) ? 'w' : 'r')}\t{same.Key}");

    static IEnumerable<ConfigFile> OfBoot(BootSource boot) => boot switch
    {
        BootSource.Firmware firmware => Existing(firmware.Bootrom)
            .Concat(firmware.UefiVars is { } vars ? [new ConfigFile(vars, Writes: true, MayBeMissing: true)] : []),
        BootSource.Kernel kernel => Existing(kernel.Image, kernel.Initrd),
        _ => throw new ArgumentOutOfRangeException(nameof(boot), boot, "an unknown boot source"),
    };

    static IEnumerable<ConfigFile> OfBlockDevice(BlockDeviceConfig device) => device switch
    {
        FileDiskConfig file => [new ConfigFile(file.Path, Writes: !file.ReadOnly)],
        CrucibleDiskConfig { Tls: { } tls } => Existing(tls.Certificate, tls.Key, tls.RootCertificate),
        _ => [],
    };

    /// <summary>The file that the machine keeps for Crucible disks whose generation is not in the configuration.</summary>
    static IEnumerable<ConfigFile> OfGenerations(MachineConfig config)
    {
        if (config.BlockDevices.OfType<CrucibleDiskConfig>().FirstOrDefault(disk => disk.Generation is null) is not { } disk)
            return [];
        var path = Path.GetFullPath(config.FileName);
        var file = GenerationFile.PathFor(Path.GetFileName(path));
        return [new ConfigFile(new ConfigPath(file, $"[{TomlKeySyntax.Show("block_dev", disk.Name)}] generations", disk.Position, Path.GetDirectoryName(path)!), Writes: true, MayBeMissing: true)];
    }

    static IEnumerable<ConfigFile> OfCloudInit(CloudInitConfig? cloudInit) =>
        Existing(cloudInit?.UserData?.Path, cloudInit?.MetaData?.Path, cloudInit?.NetworkConfig?.Path);

    static IEnumerable<ConfigFile> Existing(params IEnumerable<ConfigPath?> paths) => paths.OfType<ConfigPath>().Select(path => new ConfigFile(path));
}
