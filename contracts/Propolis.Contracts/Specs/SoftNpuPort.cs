using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A port of a SoftNPU ASIC (falcon builds of the original only).</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.SoftNpuPort")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SoftNpuPort : Component
{
    /// <summary>The data link.</summary>
    [Id(0)] public required string LinkName { get; init; }

    /// <summary>The component that holds the device's other side.</summary>
    [Id(1)] public required SpecKey BackendId { get; init; }
}
