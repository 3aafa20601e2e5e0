using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A Crucible volume.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.CrucibleStorageBackend")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CrucibleStorageBackend : Component
{
    /// <summary>The volume construction request as JSON text.</summary>
    [Id(0)] public required string RequestJson { get; init; }

    /// <summary>Whether the guest's writes are refused.</summary>
    [Id(1)] public required bool Readonly { get; init; }
}
