using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Agents;

/// <summary>What an agent is asked to do with a VMM.</summary>
[GenerateSerializer, Alias("propolis.agents.VmmRequest")]
[JsonConverter(typeof(SnakeCaseEnumConverter<VmmRequest>))]
public enum VmmRequest
{
    /// <summary>Power off in order, then at once after the agent's grace time.</summary>
    Stop = 0,

    /// <summary>Reset.</summary>
    Reboot = 1,
}
