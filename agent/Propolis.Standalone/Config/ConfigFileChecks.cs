using Propolis.Toml;
using Propolis.Vmm.Firmware;

namespace Propolis.Standalone.Config;

/// <summary>Looks at the files that a configuration names, before anything is made: they are there and are what they should be.</summary>
static class ConfigFileChecks
{
    const int PageBytes = 4096;

    /// <summary>Throws a <see cref="ConfigException"/> for the first file that cannot be right. Opens none.</summary>
    public static void Check(MachineConfig config)
    {
        var files = ConfigFiles.Of(config).ToList();
        foreach (var file in files)
            CheckThere(config, file);
        CheckWriters(config, files);
        if (config.Main.Boot is BootSource.Firmware firmware)
            CheckBootrom(config, firmware.Bootrom);
    }

    static void CheckThere(MachineConfig config, ConfigFile file)
    {
        var path = file.Path.FullPath;
        if (Directory.Exists(path))
            throw Fail(config, file.Path, "is a directory, and a file is needed");
        if (BehindLinks(path) is null && !file.MayBeMissing)
            throw Fail(config, file.Path, $"does not exist{WhereItStarts(file.Path)}");
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw Fail(config, file.Path, $"cannot be made, because its folder does not exist{WhereItStarts(file.Path)}");
    }

    static string WhereItStarts(ConfigPath path) =>
        Path.IsPathRooted(path.Text) ? "" : $"; a relative path starts at the configuration's folder, {path.Folder}";

    /// <summary>A file that the machine writes to has one user: two would be two writers on a disk.</summary>
    static void CheckWriters(MachineConfig config, List<ConfigFile> files)
    {
        foreach (var same in files.GroupBy(file => BehindLinks(file.Path.FullPath) ?? file.Path.FullPath, StringComparer.Ordinal).Select(group => group.ToList()))
            if (same.Count > 1 && same.Exists(file => file.Writes))
                throw Fail(config, same[1].Path, $"is also named by {same[0].Path.Key}, and one of them writes to it; give each a file of its own");
    }

    static void CheckBootrom(MachineConfig config, ConfigPath bootrom)
    {
        var length = (ulong)new FileInfo(BehindLinks(bootrom.FullPath)!).Length;
        if (length is 0 or > MemoryLayout.MaxBootRomLength || length % PageBytes != 0)
            throw Fail(config, bootrom, $"has {length} bytes; a boot ROM has whole pages of {PageBytes} bytes and at most {MemoryLayout.MaxBootRomLength}");
    }

    /// <summary>
    /// The file itself, or the one that a symbolic link leads to: two links are one disk, and a link has a length of its own. Null when
    /// there is none, also for links that lead nowhere or in circles.
    /// </summary>
    static string? BehindLinks(string path)
    {
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            return File.Exists(target) ? target : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static ConfigException Fail(MachineConfig config, ConfigPath path, string reason) =>
        new(config.FileName, path.Position, $"{path.Key} {TomlKeySyntax.Write(path.Text)} {reason}");
}
