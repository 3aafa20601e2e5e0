using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>What a user wants an instance to be.</summary>
[GenerateSerializer, Alias("propolis.instances.DesiredState")]
[JsonConverter(typeof(SnakeCaseEnumConverter<DesiredState>))]
public enum DesiredState
{
    /// <summary>Running somewhere.</summary>
    Running = 0,

    /// <summary>Kept, not running.</summary>
    Stopped = 1,

    /// <summary>Gone.</summary>
    Deleted = 2,
}
