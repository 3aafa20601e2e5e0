using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Migrations;

/// <summary>The right of one migration to run.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.MigrationSlot")]
public sealed record MigrationSlot
{
    /// <summary>Whose.</summary>
    [Id(0)] public required MigrationId Migration { get; init; }

    /// <summary>The sleds that it burdens.</summary>
    [Id(1)] public required EquatableList<SledId> Sleds { get; init; }
}
