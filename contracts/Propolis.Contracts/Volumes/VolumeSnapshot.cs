namespace Propolis.Contracts.Volumes;

/// <summary>
/// What a Crucible volume held at one flush. Each region keeps its own copy, by its file system's means, until the snapshot is deleted or the region is replaced.
/// </summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.VolumeSnapshot")]
public sealed record VolumeSnapshot
{
    /// <summary>Its id, which is also its name at the regions.</summary>
    [Id(0)] public required Guid Id { get; init; }

    /// <summary>Its name in the volume.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>What it is.</summary>
    [Id(2)] public required VolumeSnapshotState State { get; init; }

    /// <summary>When it was asked for.</summary>
    [Id(3)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The operation that asked for it.</summary>
    [Id(4)] public required string OperationId { get; init; }

    /// <summary>The regions that hold it.</summary>
    [Id(5)] public required EquatableList<Guid> Regions { get; init; }
}
