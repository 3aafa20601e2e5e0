using Propolis.Contracts;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Volumes;

/// <summary>What a volume's grain keeps.</summary>
public sealed record VolumeState : EntityRecord
{
    /// <summary>What it is.</summary>
    public required VolumeTemplate Template { get; init; }

    /// <summary>The operation that made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The highest generation given out. It never falls and none is given twice.</summary>
    public long Generation { get; init; }

    /// <summary>What its blocks are encrypted with, base64 of 32 bytes. It leaves the grain in tickets alone.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>Who may have it open.</summary>
    public VolumeHolder? Holder { get; init; }

    /// <summary>The last generations, newest last.</summary>
    public EquatableList<Checkout> History { get; init; } = [];

    /// <summary>The regions that hold it, where the cluster placed them.</summary>
    public EquatableList<VolumeRegion> Regions { get; init; } = [];

    /// <summary>Regions it ever had; numbers their ids.</summary>
    public int RegionsMade { get; init; }

    /// <summary>The operation that last replaced one.</summary>
    public string? LastReplace { get; init; }

    /// <summary>Its snapshots, oldest first.</summary>
    public EquatableList<VolumeSnapshot> Snapshots { get; init; } = [];

    /// <summary>Whether it is gone.</summary>
    public bool Deleted { get; init; }
}
