namespace Propolis.Contracts.Migrations;

/// <summary>Wants the guest to stay. Refused after the decision; repeated, it changes nothing.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.AbortMigration")]
public sealed record AbortMigration
{
    /// <summary>Who asks.</summary>
    [Id(0)] public required string Actor { get; init; }

    /// <summary>Why.</summary>
    [Id(1)] public string? Reason { get; init; }
}
