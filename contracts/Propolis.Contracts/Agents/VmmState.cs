using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Agents;

/// <summary>What an agent sees a VMM do.</summary>
[GenerateSerializer, Alias("propolis.agents.VmmState")]
[JsonConverter(typeof(SnakeCaseEnumConverter<VmmState>))]
public enum VmmState
{
    /// <summary>Its process starts.</summary>
    Creating = 0,

    /// <summary>The guest starts.</summary>
    Starting = 1,

    /// <summary>The guest runs.</summary>
    Running = 2,

    /// <summary>The guest is reset.</summary>
    Rebooting = 3,

    /// <summary>The guest is being stopped.</summary>
    Stopping = 4,

    /// <summary>Being sent or received.</summary>
    Migrating = 5,

    /// <summary>The guest ended in order, by command or by itself. Final.</summary>
    Stopped = 6,

    /// <summary>The process or the guest ended by an error. Final.</summary>
    Failed = 7,

    /// <summary>A newer generation displaced its disks; the guest is paused. Final.</summary>
    Fenced = 8,

    /// <summary>The agent has no such VMM. Final.</summary>
    Absent = 9,
}
