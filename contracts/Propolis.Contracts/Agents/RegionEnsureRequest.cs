using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Agents;

/// <summary><c>PUT /v1/regions/{region}</c>: make a region of a Crucible volume, if it is not there, and serve it.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.RegionEnsureRequest")]
public sealed record RegionEnsureRequest
{
    /// <summary>The volume it belongs to.</summary>
    [Id(0)] public required VolumeId Volume { get; init; }

    /// <summary>Bytes a block.</summary>
    [Id(1)] public required int BlockSize { get; init; }

    /// <summary>Blocks of an extent.</summary>
    [Id(2)] public required long BlocksPerExtent { get; init; }

    /// <summary>Extents.</summary>
    [Id(3)] public required int ExtentCount { get; init; }

    /// <summary>Whether every block comes with an encryption context.</summary>
    [Id(4)] public bool Encrypted { get; init; }
}
