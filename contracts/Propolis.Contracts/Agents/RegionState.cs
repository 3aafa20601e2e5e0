using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Agents;

/// <summary>What an agent sees a region do.</summary>
[GenerateSerializer, Alias("propolis.agents.RegionState")]
[JsonConverter(typeof(SnakeCaseEnumConverter<RegionState>))]
public enum RegionState
{
    /// <summary>Its files are being made, or its server starts.</summary>
    Starting = 0,

    /// <summary>It is served at its address.</summary>
    Running = 1,

    /// <summary>It cannot be served; the agent keeps trying.</summary>
    Failed = 2,

    /// <summary>The agent has no such region.</summary>
    Absent = 3,
}
