using System.Text.Json.Serialization;

namespace Propolis.Contracts.Rest;

/// <summary>The body of a command, which may be left out.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CommandReason
{
    /// <summary>Why, for the events.</summary>
    public string? Reason { get; init; }
}
