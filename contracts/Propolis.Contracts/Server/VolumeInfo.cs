using System.Text.Json.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>A part of a volume: exactly one of the two is present.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.VolumeInfo")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VolumeInfo
{
    /// <summary>A volume of further parts.</summary>
    [Id(0)] public VolumeInfoTree? Volume { get; init; }

    /// <summary>A region set with a Crucible client.</summary>
    [Id(1)] public UpstairsInfo? Upstairs { get; init; }
}
