using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Agents;

/// <summary>What an agent should do with a VMM that it reported.</summary>
[GenerateSerializer, Alias("propolis.agents.ReportAdvice")]
[JsonConverter(typeof(SnakeCaseEnumConverter<ReportAdvice>))]
public enum ReportAdvice
{
    /// <summary>Nothing.</summary>
    Keep = 0,

    /// <summary>End and forget it: the instance is gone or has moved on.</summary>
    Remove = 1,
}
