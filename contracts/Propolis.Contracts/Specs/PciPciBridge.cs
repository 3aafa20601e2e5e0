using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A PCI-PCI bridge.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.PciPciBridge")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PciPciBridge : Component
{
    /// <summary>The bus behind the bridge; PCI paths may name it.</summary>
    [Id(0)] public required byte DownstreamBus { get; init; }

    /// <summary>Where the device sits.</summary>
    [Id(1)] public required PciPath PciPath { get; init; }
}
