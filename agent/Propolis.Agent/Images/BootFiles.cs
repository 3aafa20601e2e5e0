namespace Propolis.Agent.Images;

/// <summary>What a guest starts with, as paths on this sled.</summary>
sealed record BootFiles
{
    /// <summary>Firmware; null when a kernel is started.</summary>
    public string? Bootrom { get; init; }

    /// <summary>A Linux kernel.</summary>
    public string? Kernel { get; init; }

    /// <summary>Its initial RAM disk.</summary>
    public string? Initrd { get; init; }

    /// <summary>Its command line.</summary>
    public string? Cmdline { get; init; }
}
