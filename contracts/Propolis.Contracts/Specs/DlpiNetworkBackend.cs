using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A host network interface by DLPI.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.DlpiNetworkBackend")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DlpiNetworkBackend : Component
{
    /// <summary>The host's name for it.</summary>
    [Id(0)] public required string VnicName { get; init; }
}
