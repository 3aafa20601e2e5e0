using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Silo.Instances;

/// <summary>Why a VMM ends.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<VmmEnd>))]
public enum VmmEnd
{
    /// <summary>It does not.</summary>
    None = 0,

    /// <summary>By command.</summary>
    Wanted = 1,

    /// <summary>The guest powered itself off.</summary>
    PoweredOff = 2,

    /// <summary>An error.</summary>
    Failure = 3,

    /// <summary>Its sled is lost.</summary>
    Lost = 4,

    /// <summary>It did not get so far as to start: another attempt follows.</summary>
    Retry = 5,
}
