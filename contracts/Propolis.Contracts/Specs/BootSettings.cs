using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>The order in which firmware tries devices.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.BootSettings")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BootSettings : Component
{
    /// <summary>First to last; disks on bus 0.</summary>
    [Id(0)] public required EquatableList<BootOrderEntry> Order { get; init; }
}
