using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Volumes;

/// <summary>One of the regions that hold a Crucible volume.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.VolumeRegion")]
public sealed record VolumeRegion
{
    /// <summary>Its id.</summary>
    [Id(0)] public required Guid Region { get; init; }

    /// <summary>Its place among the three, 0 to 2.</summary>
    [Id(1)] public required int Slot { get; init; }

    /// <summary>The sled it is on; no two of a volume share one.</summary>
    [Id(2)] public required SledId Sled { get; init; }

    /// <summary>What it is to the volume.</summary>
    [Id(3)] public required VolumeRegionState State { get; init; }

    /// <summary>Where it is served, <c>ip:port</c>, once its sled has told.</summary>
    [Id(4)] public string? Address { get; init; }
}
