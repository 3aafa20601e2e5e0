namespace Propolis.Crucible.Volumes;

/// <summary>Three replicas on the network.</summary>
public sealed record RegionRequest : VolumeConstructionRequest
{
    /// <summary>Blocks of an extent.</summary>
    public required ulong BlocksPerExtent { get; init; }

    /// <summary>Extents.</summary>
    public required uint ExtentCount { get; init; }

    /// <summary>How to reach them.</summary>
    public required CrucibleOpts Opts { get; init; }

    /// <summary>The generation to open them under.</summary>
    public required ulong Gen { get; init; }
}
