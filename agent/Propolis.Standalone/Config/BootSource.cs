using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>What a machine starts with: exactly one of firmware and kernel.</summary>
abstract record BootSource
{
    BootSource()
    {
    }

    /// <summary>A UEFI firmware, which looks for something to boot on the disks.</summary>
    /// <param name="Bootrom">The image: whole pages, at most 2 MiB.</param>
    /// <param name="UefiVars">Where UEFI variables persist; they are lost with the process when null. Made when missing.</param>
    public sealed record Firmware(ConfigPath Bootrom, ConfigPath? UefiVars) : BootSource;

    /// <summary>A Linux kernel, started directly.</summary>
    /// <param name="Image">The kernel (bzImage).</param>
    /// <param name="Initrd">Its initial RAM disk.</param>
    /// <param name="CommandLine">Its command line; may be empty.</param>
    public sealed record Kernel(ConfigPath Image, ConfigPath? Initrd, string CommandLine) : BootSource;
}
