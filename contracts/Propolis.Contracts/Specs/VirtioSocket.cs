using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A virtio socket device.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.VirtioSocket")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VirtioSocket : Component
{
    /// <summary>The guest's context id; 3 or more.</summary>
    [Id(0)] public required ulong GuestCid { get; init; }

    /// <summary>Where the device sits.</summary>
    [Id(1)] public required PciPath PciPath { get; init; }
}
