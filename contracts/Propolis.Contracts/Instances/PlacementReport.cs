using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Instances;

/// <summary>Where an instance could run now.</summary>
[GenerateSerializer, Immutable, Alias("propolis.instances.PlacementReport")]
public sealed record PlacementReport
{
    /// <summary>Sleds that would take it, best first.</summary>
    [Id(0)] public required EquatableList<SledId> Candidates { get; init; }

    /// <summary>All others, and why not.</summary>
    [Id(1)] public required EquatableList<WhyNot> Refusals { get; init; }
}
