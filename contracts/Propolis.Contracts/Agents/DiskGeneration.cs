using Propolis.Contracts.Ids;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Agents;

/// <summary>The generation that a disk is opened with.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.DiskGeneration")]
public sealed record DiskGeneration
{
    /// <summary>The backend's key in the spec.</summary>
    [Id(0)] public required SpecKey Backend { get; init; }

    /// <summary>The volume.</summary>
    [Id(1)] public required VolumeId Volume { get; init; }

    /// <summary>The generation.</summary>
    [Id(2)] public required long Generation { get; init; }
}
