using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Migrations;

/// <summary>Makes the migration of the grain's key.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.StartMigration")]
public sealed record StartMigration
{
    /// <summary>Repeated with the same id, it changes nothing and gets the same answer.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>Who asks.</summary>
    [Id(1)] public required string Actor { get; init; }

    /// <summary>Which instance.</summary>
    [Id(2)] public required InstanceId Instance { get; init; }

    /// <summary>Where to; the best place when absent.</summary>
    [Id(3)] public SledId? Target { get; init; }

    /// <summary>Why.</summary>
    [Id(4)] public string? Reason { get; init; }

    /// <summary>How.</summary>
    [Id(5)] public MigrationPolicy Policy { get; init; } = new();
}
