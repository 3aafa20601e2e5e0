using Propolis.Contracts.Migrations;

namespace Propolis.Contracts.Server;

/// <summary>A side of a migration stands still until it is told the decision.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.MigrationWait")]
public sealed record MigrationWait
{
    /// <summary>What it knows of the target.</summary>
    [Id(0)] public required TargetReadiness Target { get; init; }

    /// <summary>Why the target is not known to be ready.</summary>
    [Id(1)] public string? Reason { get; init; }
}
