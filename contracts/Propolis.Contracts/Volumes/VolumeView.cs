using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Volumes;

/// <summary>A volume as others see it.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.VolumeView")]
public sealed record VolumeView
{
    /// <summary>Its id.</summary>
    [Id(0)] public required VolumeId Id { get; init; }

    /// <summary>What it is.</summary>
    [Id(1)] public required VolumeTemplate Template { get; init; }

    /// <summary>The highest generation given out.</summary>
    [Id(2)] public required long Generation { get; init; }

    /// <summary>Who may have it open.</summary>
    [Id(3)] public VolumeHolder? Holder { get; init; }

    /// <summary>The last generations, newest last.</summary>
    [Id(4)] public required EquatableList<Checkout> History { get; init; }

    /// <summary>Whether it is gone.</summary>
    [Id(5)] public required bool Deleted { get; init; }

    /// <summary>When it was made.</summary>
    [Id(6)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Counts its writes.</summary>
    [Id(7)] public required long Version { get; init; }

    /// <summary>The regions that hold it (kind crucible, placed by the cluster).</summary>
    [Id(8)] public EquatableList<VolumeRegion> Regions { get; init; } = [];

    /// <summary>Its snapshots, oldest first.</summary>
    [Id(9)] public EquatableList<VolumeSnapshot> Snapshots { get; init; } = [];
}
