using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Migrations;

/// <summary>A migration tells its instance the decision.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.EndMigration")]
public sealed record EndMigration
{
    /// <summary>Which migration.</summary>
    [Id(0)] public required MigrationId Migration { get; init; }

    /// <summary><see cref="MigrationVerdict.Commit"/> or <see cref="MigrationVerdict.Abort"/>.</summary>
    [Id(1)] public required MigrationVerdict Verdict { get; init; }

    /// <summary>Why, for an abort.</summary>
    [Id(2)] public string? Reason { get; init; }
}
