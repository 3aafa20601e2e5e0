using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>
/// What a VM starts with, beside its spec (the original's server takes it on its command line): firmware, or a Linux kernel. All are names
/// of files in the sled's image folder, never paths; <see cref="BootSourceRules"/> says what is allowed. Nothing set: the sled's usual firmware.
/// </summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.BootSource")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BootSource
{
    /// <summary>A firmware image.</summary>
    [Id(0)] public string? Bootrom { get; init; }

    /// <summary>A Linux kernel, started directly.</summary>
    [Id(1)] public string? Kernel { get; init; }

    /// <summary>The kernel's initial RAM disk.</summary>
    [Id(2)] public string? Initrd { get; init; }

    /// <summary>The kernel's command line.</summary>
    [Id(3)] public string? Cmdline { get; init; }
}
