using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>What an instance is, for people: a function of its state, never stored alone.</summary>
[GenerateSerializer, Alias("propolis.instances.InstancePhase")]
[JsonConverter(typeof(SnakeCaseEnumConverter<InstancePhase>))]
public enum InstancePhase
{
    /// <summary>Waiting for its project's quota.</summary>
    Admitting = 0,

    /// <summary>Not running, and not wanted to.</summary>
    Stopped = 1,

    /// <summary>On its way to running.</summary>
    Starting = 2,

    /// <summary>Running.</summary>
    Running = 3,

    /// <summary>On its way to stopped.</summary>
    Stopping = 4,

    /// <summary>Being stopped on one sled to start on another.</summary>
    Relocating = 5,

    /// <summary>Wanted to run, waiting: for a place, a cooldown or a silent sled; the reason says which.</summary>
    Waiting = 6,

    /// <summary>Ended by an error, and not started again.</summary>
    Failed = 7,

    /// <summary>On its way to deleted.</summary>
    Deleting = 8,

    /// <summary>Gone; kept a while so that repeated commands are answered.</summary>
    Deleted = 9,

    /// <summary>Running, and on its way to another sled.</summary>
    Migrating = 10,
}
