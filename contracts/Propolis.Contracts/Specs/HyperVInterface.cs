using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A Hyper-V compatible interface.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.HyperVInterface")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HyperVInterface : GuestHypervisorInterface
{
    /// <summary>The enlightenments that are switched on; each at most once.</summary>
    [Id(0)] public required EquatableList<HyperVFeatureFlag> Features { get; init; }
}
