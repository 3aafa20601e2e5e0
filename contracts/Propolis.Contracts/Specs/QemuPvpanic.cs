using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A pvpanic device, by which a guest reports its panic.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.QemuPvpanic")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QemuPvpanic : Component
{
    /// <summary>Whether the ISA port 0x505 answers.</summary>
    [Id(0)] public required bool EnableIsa { get; init; }
}
