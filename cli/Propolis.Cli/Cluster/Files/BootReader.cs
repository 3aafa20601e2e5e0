using Propolis.Contracts.Specs;
using Propolis.Toml;

namespace Propolis.Cli.Cluster.Files;

/// <summary>
/// Reads what <c>[main]</c> says of booting. Images are files in the image folder of the sled: of a path only the file's name counts, so that a file that runs alone runs in a
/// cluster, too.
/// </summary>
static class BootReader
{
    /// <summary>Reads the keys; null when the sled's own firmware is to start the guest.</summary>
    public static BootSource? Read(TableReader main)
    {
        var boot = new BootSource
        {
            Kernel = ImageName(main, "kernel"),
            Initrd = ImageName(main, "initrd"),
            Cmdline = main.OptionalText("cmdline"),
            Bootrom = ImageName(main, "bootrom"),
        };
        if (boot == new BootSource()) return null;
        return BootSourceRules.Faults(boot) is [var fault, ..] ? throw main.Fail(fault.Replace("boot.", "", StringComparison.Ordinal)) : boot;
    }

    /// <summary>The name of an image in a path.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    static string? ImageName(TableReader main, string key) => main.OptionalText(key) is { } path ? NameOf(path) : null;
}
