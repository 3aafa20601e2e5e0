namespace Propolis.Contracts.Migrations;

/// <summary>A side asks for the decision: the target when it is ready, the source when it has sent everything or the connection broke after its guest was paused.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.MigrationQuestion")]
public sealed record MigrationQuestion
{
    /// <summary>Who asks.</summary>
    [Id(0)] public required MigrationSide Side { get; init; }

    /// <summary>The incarnation of the VMM that asks.</summary>
    [Id(1)] public required long Incarnation { get; init; }

    /// <summary>What it knows of the target.</summary>
    [Id(2)] public required TargetReadiness Target { get; init; }

    /// <summary>Why the target is not known to be ready.</summary>
    [Id(3)] public string? Reason { get; init; }
}
