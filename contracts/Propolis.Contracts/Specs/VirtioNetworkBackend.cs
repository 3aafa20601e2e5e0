using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A host network interface for virtio-net.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.VirtioNetworkBackend")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VirtioNetworkBackend : Component
{
    /// <summary>The host's name for it.</summary>
    [Id(0)] public required string VnicName { get; init; }
}
