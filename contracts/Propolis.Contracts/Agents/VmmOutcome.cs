using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Agents;

/// <summary>What became of a command.</summary>
[GenerateSerializer, Alias("propolis.agents.VmmOutcome")]
[JsonConverter(typeof(SnakeCaseEnumConverter<VmmOutcome>))]
public enum VmmOutcome
{
    /// <summary>It is as asked, or on the way there; the status says.</summary>
    Done = 0,

    /// <summary>A newer incarnation was seen, or this one was removed; nothing was done.</summary>
    Stale = 1,

    /// <summary>It cannot be done; the reason says why, and repeating does not help.</summary>
    Refused = 2,
}
