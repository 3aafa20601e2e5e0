using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Volumes;

/// <summary>What a region is to its volume.</summary>
[GenerateSerializer, Alias("propolis.volumes.VolumeRegionState")]
[JsonConverter(typeof(SnakeCaseEnumConverter<VolumeRegionState>))]
public enum VolumeRegionState
{
    /// <summary>Its sled is being asked to make it.</summary>
    Creating = 0,

    /// <summary>One of the three.</summary>
    Ready = 1,

    /// <summary>One of the three, put in the place of another, and not known to be whole yet.</summary>
    Repairing = 2,

    /// <summary>Its sled is being asked to make it, to take the place of another.</summary>
    Incoming = 3,

    /// <summary>No longer used; its sled is being asked to remove it once the volume is whole without it.</summary>
    Leaving = 4,
}
