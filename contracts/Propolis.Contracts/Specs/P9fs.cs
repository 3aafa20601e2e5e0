using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A host folder shared by 9P (falcon builds of the original only).</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.P9fs")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record P9fs : Component
{
    /// <summary>The host's folder.</summary>
    [Id(0)] public required string Source { get; init; }

    /// <summary>The guest's mount tag.</summary>
    [Id(1)] public required string Target { get; init; }

    /// <summary>Bytes a 9P message may carry.</summary>
    [Id(2)] public required uint ChunkSize { get; init; }

    /// <summary>Where the device sits.</summary>
    [Id(3)] public required PciPath PciPath { get; init; }
}
