using System.Text.Json.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>What a VM does (API 5.0.0).</summary>
[GenerateSerializer, Alias("propolis.server.InstanceState")]
[JsonConverter(typeof(JsonStringEnumConverter<InstanceState>))]
public enum InstanceState
{
    /// <summary>Being made.</summary>
    Creating = 0,

    /// <summary>Started, not running yet.</summary>
    Starting = 1,

    /// <summary>Its processors run.</summary>
    Running = 2,

    /// <summary>Being stopped.</summary>
    Stopping = 3,

    /// <summary>Stopped; its objects still exist.</summary>
    Stopped = 4,

    /// <summary>Being reset.</summary>
    Rebooting = 5,

    /// <summary>Being sent or received.</summary>
    Migrating = 6,

    /// <summary>Kept for compatibility.</summary>
    Repairing = 7,

    /// <summary>Ended by an error.</summary>
    Failed = 8,

    /// <summary>Gone.</summary>
    Destroyed = 9,
}
