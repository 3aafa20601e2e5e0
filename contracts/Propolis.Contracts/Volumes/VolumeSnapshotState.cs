using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Volumes;

/// <summary>What a snapshot is.</summary>
[GenerateSerializer, Alias("propolis.volumes.VolumeSnapshotState")]
[JsonConverter(typeof(SnakeCaseEnumConverter<VolumeSnapshotState>))]
public enum VolumeSnapshotState
{
    /// <summary>The VM that has the volume open is being asked for it.</summary>
    Taking = 0,

    /// <summary>All regions of its list hold it.</summary>
    Ready = 1,

    /// <summary>It could not be taken or is deleted; its sleds are being asked to remove what they have of it.</summary>
    Leaving = 2,
}
