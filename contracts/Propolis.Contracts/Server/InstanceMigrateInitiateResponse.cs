namespace Propolis.Contracts.Server;

/// <summary>A migration that was begun.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceMigrateInitiateResponse")]
public sealed record InstanceMigrateInitiateResponse
{
    /// <summary>Its id.</summary>
    [Id(0)] public required Guid MigrationId { get; init; }
}
