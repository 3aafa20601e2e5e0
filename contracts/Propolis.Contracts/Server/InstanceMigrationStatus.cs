namespace Propolis.Contracts.Server;

/// <summary>One migration.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceMigrationStatus")]
public sealed record InstanceMigrationStatus
{
    /// <summary>Its id.</summary>
    [Id(0)] public required Guid Id { get; init; }

    /// <summary>Its phase.</summary>
    [Id(1)] public required MigrationState State { get; init; }
}
