using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Volumes;

/// <summary>How well a volume is, asked of its sleds at this moment.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.VolumeHealth")]
public sealed record VolumeHealth
{
    /// <summary>The volume.</summary>
    [Id(0)] public required VolumeId Id { get; init; }

    /// <summary>What the VM that has it open says of the whole (<c>active</c>, ...); null when none has, or it did not answer.</summary>
    [Id(1)] public string? Used { get; init; }

    /// <summary>Regions that are whole and served.</summary>
    [Id(2)] public required int Well { get; init; }

    /// <summary>All of its regions.</summary>
    [Id(3)] public required EquatableList<RegionHealth> Regions { get; init; }
}
