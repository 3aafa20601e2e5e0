using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Migrations;

/// <summary>A migration wants its instance to make ready a target.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.PrepareMigration")]
public sealed record PrepareMigration
{
    /// <summary>Which migration.</summary>
    [Id(0)] public required MigrationId Migration { get; init; }

    /// <summary>Where to; the best place when absent.</summary>
    [Id(1)] public SledId? Target { get; init; }
}
