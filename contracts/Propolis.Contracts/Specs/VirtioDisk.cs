using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A disk behind virtio-blk.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.VirtioDisk")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VirtioDisk : Component
{
    /// <summary>The component that holds the device's other side.</summary>
    [Id(0)] public required SpecKey BackendId { get; init; }

    /// <summary>Where the device sits.</summary>
    [Id(1)] public required PciPath PciPath { get; init; }
}
