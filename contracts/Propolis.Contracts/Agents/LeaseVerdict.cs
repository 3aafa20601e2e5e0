using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Agents;

/// <summary>Whether a generation is the newest of its volume.</summary>
[GenerateSerializer, Alias("propolis.agents.LeaseVerdict")]
[JsonConverter(typeof(SnakeCaseEnumConverter<LeaseVerdict>))]
public enum LeaseVerdict
{
    /// <summary>Nobody who could know answered; ask again.</summary>
    Unknown = 0,

    /// <summary>It is.</summary>
    Held = 1,

    /// <summary>A newer one was given out: who asks must never write again.</summary>
    Lost = 2,
}
