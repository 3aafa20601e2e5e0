using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Volumes;

/// <summary>Where a volume's blocks are.</summary>
[GenerateSerializer, Alias("propolis.volumes.VolumeKind")]
[JsonConverter(typeof(SnakeCaseEnumConverter<VolumeKind>))]
public enum VolumeKind
{
    /// <summary>In a file on one sled.</summary>
    File = 0,

    /// <summary>In the memory of a VM's process, lost with it.</summary>
    Memory = 1,

    /// <summary>On three Crucible servers.</summary>
    Crucible = 2,
}
