using Propolis.Contracts.Serialization;
using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A disk behind an NVMe controller.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.NvmeDisk")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NvmeDisk : Component
{
    /// <summary>The component that holds the device's other side.</summary>
    [Id(0)] public required SpecKey BackendId { get; init; }

    /// <summary>Where the device sits.</summary>
    [Id(1)] public required PciPath PciPath { get; init; }

    /// <summary>The 20 bytes that Identify Controller returns.</summary>
    [JsonConverter(typeof(ByteNumbersConverter))]
    [Id(2)] public required EquatableList<byte> SerialNumber { get; init; }
}
