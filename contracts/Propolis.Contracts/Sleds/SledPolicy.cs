using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Sleds;

/// <summary>What an operator wants of a sled.</summary>
[GenerateSerializer, Alias("propolis.sleds.SledPolicy")]
[JsonConverter(typeof(SnakeCaseEnumConverter<SledPolicy>))]
public enum SledPolicy
{
    /// <summary>Runs instances and takes new ones.</summary>
    InService = 0,

    /// <summary>Gives its instances away and takes none.</summary>
    Draining = 1,

    /// <summary>Is off and stays off: what ran on it may start elsewhere. Final.</summary>
    Expunged = 2,
}
