using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A SoftNPU ASIC's PCI port (falcon builds of the original only).</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.SoftNpuPciPort")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SoftNpuPciPort : Component
{
    /// <summary>Where the device sits.</summary>
    [Id(0)] public required PciPath PciPath { get; init; }
}
