using Propolis.Contracts.Ids;
using Propolis.Contracts.Specs;
using System.Text.Json.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>A volume as a disk: the control plane puts its backend into the spec.</summary>
[GenerateSerializer, Immutable, Alias("propolis.instances.VolumeAttachment")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VolumeAttachment
{
    /// <summary>The volume.</summary>
    [Id(0)] public required VolumeId Volume { get; init; }

    /// <summary>The backend's key, which a disk of the spec names.</summary>
    [Id(1)] public required SpecKey Backend { get; init; }

    /// <summary>Whether the guest's writes are refused.</summary>
    [Id(2)] public bool Readonly { get; init; }
}
