namespace Propolis.Vmm.Migration;

/// <summary>What the source says first: enough for the target to build the machine and to see whether the guest fits.</summary>
public sealed record MigrationOffer
{
    /// <summary>The machine's name.</summary>
    public required string Name { get; init; }

    /// <summary>The machine's spec in the form that the two programs agree on; the engine only carries it.</summary>
    public required ReadOnlyMemory<byte> Spec { get; init; }

    /// <summary>Stands for what must be the same in both specs; the programs agree on how it is made.</summary>
    public required string SpecFingerprint { get; init; }

    /// <summary>The machine.</summary>
    public required MachineFacts Facts { get; init; }

    /// <summary>Geometry of the disk behind a device; null when the guest has none of that name.</summary>
    public MigratedDisk? Disk(string device) => Facts.Disks.FirstOrDefault(d => d.Device == device);
}
