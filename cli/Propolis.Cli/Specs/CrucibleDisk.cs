using System.Text.Json;

namespace Propolis.Cli.Specs;

/// <summary>One disk of <c>--crucible-disks</c>.</summary>
sealed record CrucibleDisk
{
    /// <summary>Names the disk's backend.</summary>
    public required string Name { get; init; }

    /// <summary>0 to 7: the disk sits at PCI device 0x10 + slot.</summary>
    public required byte Slot { get; init; }

    /// <summary>The guest's writes are refused.</summary>
    public bool ReadOnly { get; init; }

    /// <summary><c>nvme</c> or <c>virtio</c>.</summary>
    public required string Device { get; init; }

    /// <summary>The volume, as Crucible describes it.</summary>
    public required JsonElement VolumeConstructionRequest { get; init; }
}
