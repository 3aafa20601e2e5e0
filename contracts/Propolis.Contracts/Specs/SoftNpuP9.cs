using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A 9P device for SoftNPU programs (falcon builds of the original only).</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.SoftNpuP9")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SoftNpuP9 : Component
{
    /// <summary>Where the device sits.</summary>
    [Id(0)] public required PciPath PciPath { get; init; }
}
