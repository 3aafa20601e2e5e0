using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>What became of a replacement.</summary>
[GenerateSerializer, Alias("propolis.server.ReplaceResult")]
[JsonConverter(typeof(SnakeCaseEnumConverter<ReplaceResult>))]
public enum ReplaceResult
{
    /// <summary>It began.</summary>
    Started = 0,

    /// <summary>It had begun.</summary>
    StartedAlready = 1,

    /// <summary>It is done.</summary>
    CompletedAlready = 2,

    /// <summary>There is nothing to replace.</summary>
    Missing = 3,

    /// <summary>Nothing differs.</summary>
    VcrMatches = 4,
}
