using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;

namespace Propolis.Contracts.Sleds;

/// <summary>Room taken on a sled for one VMM.</summary>
[GenerateSerializer, Immutable, Alias("propolis.sleds.Reservation")]
public sealed record Reservation
{
    /// <summary>Whose.</summary>
    [Id(0)] public required InstanceId Instance { get; init; }

    /// <summary>Which VMM.</summary>
    [Id(1)] public required long Incarnation { get; init; }

    /// <summary>Processors.</summary>
    [Id(2)] public required int Cpus { get; init; }

    /// <summary>Memory in MiB.</summary>
    [Id(3)] public required long MemoryMb { get; init; }

    /// <summary>The project.</summary>
    [Id(4)] public required string Project { get; init; }

    /// <summary>The instance's groups.</summary>
    [Id(5)] public required EquatableList<PlacementGroup> Groups { get; init; }
}
