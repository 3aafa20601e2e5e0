using Propolis.Contracts.Agents;

namespace Propolis.Contracts.Volumes;

/// <summary>One region of a volume as its sled and its user see it now.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.RegionHealth")]
public sealed record RegionHealth
{
    /// <summary>The region.</summary>
    [Id(0)] public required VolumeRegion Region { get; init; }

    /// <summary>What its sled's agent says; null when it did not answer.</summary>
    [Id(1)] public RegionState? Served { get; init; }

    /// <summary>What the VM that has the volume open says of it (<c>active</c>, <c>live_repair</c>, <c>connecting faulted wait_connect</c>, ...); null when none has, or it did not answer.</summary>
    [Id(2)] public string? Used { get; init; }

    /// <summary>Why it is not well; null when it is.</summary>
    [Id(3)] public string? Trouble { get; init; }
}
