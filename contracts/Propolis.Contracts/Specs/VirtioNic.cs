using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A network card behind virtio-net.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.VirtioNic")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VirtioNic : Component
{
    /// <summary>The component that holds the device's other side.</summary>
    [Id(0)] public required SpecKey BackendId { get; init; }

    /// <summary>Names the interface in metrics.</summary>
    [Id(1)] public required Guid InterfaceId { get; init; }

    /// <summary>Where the device sits.</summary>
    [Id(2)] public required PciPath PciPath { get; init; }
}
