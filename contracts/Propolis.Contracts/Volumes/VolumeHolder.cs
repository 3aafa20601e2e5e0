using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Volumes;

/// <summary>The VMM that a volume was last opened for.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.VolumeHolder")]
public sealed record VolumeHolder
{
    /// <summary>Whose.</summary>
    [Id(0)] public required InstanceId Instance { get; init; }

    /// <summary>Which.</summary>
    [Id(1)] public required long Incarnation { get; init; }
}
