namespace Propolis.SpecFiles;

/// <summary>What a server's file says VMs start with: firmware, or a Linux kernel. Paths are absolute.</summary>
public sealed record SpecFileBoot
{
    /// <summary><c>bootrom</c>: a firmware image.</summary>
    public string? Bootrom { get; init; }

    /// <summary><c>uefi_vars</c>: where its variables last.</summary>
    public string? UefiVars { get; init; }

    /// <summary><c>kernel</c>: a Linux kernel.</summary>
    public string? Kernel { get; init; }

    /// <summary><c>initrd</c>: its initial RAM disk.</summary>
    public string? Initrd { get; init; }

    /// <summary><c>cmdline</c>: its command line.</summary>
    public string? Cmdline { get; init; }
}
