using System.Text.Json.Serialization;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;

namespace Propolis.Contracts.Rest;

/// <summary><c>POST /v1/instances/{id}/migrate</c>; the whole body may be left out.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MigrateInstance
{
    /// <summary>Where to; the best place when absent.</summary>
    public SledId? Target { get; init; }

    /// <summary>Why, for the events.</summary>
    public string? Reason { get; init; }

    /// <summary>How; the usual way when absent.</summary>
    public MigrationPolicy? Policy { get; init; }
}
