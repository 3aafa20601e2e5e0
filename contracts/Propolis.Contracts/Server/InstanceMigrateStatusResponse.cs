namespace Propolis.Contracts.Server;

/// <summary>The most recent migration in each direction.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceMigrateStatusResponse")]
public sealed record InstanceMigrateStatusResponse
{
    /// <summary>How the VM came here.</summary>
    [Id(0)] public InstanceMigrationStatus? MigrationIn { get; init; }

    /// <summary>How it left.</summary>
    [Id(1)] public InstanceMigrationStatus? MigrationOut { get; init; }
}
