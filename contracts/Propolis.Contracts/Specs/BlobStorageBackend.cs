using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>Contents given in the spec itself.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.BlobStorageBackend")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BlobStorageBackend : Component
{
    /// <summary>The contents in base 64.</summary>
    [Id(0)] public required string Base64 { get; init; }

    /// <summary>Whether the guest's writes are refused.</summary>
    [Id(1)] public required bool Readonly { get; init; }
}
