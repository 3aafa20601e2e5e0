using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Sleds;

/// <summary>What is known of a sled.</summary>
[GenerateSerializer, Alias("propolis.sleds.SledHealth")]
[JsonConverter(typeof(SnakeCaseEnumConverter<SledHealth>))]
public enum SledHealth
{
    /// <summary>Heard lately.</summary>
    Reachable = 0,

    /// <summary>Silent. Says nothing about its guests.</summary>
    Unreachable = 1,
}
