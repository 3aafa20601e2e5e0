using System.Text.Json.Serialization;

namespace Propolis.Contracts.Rest;

/// <summary>The body of a request for a snapshot.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewSnapshot
{
    /// <summary>Its name in the volume.</summary>
    public required string Name { get; init; }
}
