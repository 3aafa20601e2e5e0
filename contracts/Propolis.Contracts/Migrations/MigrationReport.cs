namespace Propolis.Contracts.Migrations;

/// <summary>An agent tells how a migration goes on its side; about once a second, and at its end. Lost ones do no harm.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.MigrationReport")]
public sealed record MigrationReport
{
    /// <summary>Which side.</summary>
    [Id(0)] public required MigrationSide Side { get; init; }

    /// <summary>The incarnation of the VMM there.</summary>
    [Id(1)] public required long Incarnation { get; init; }

    /// <summary>The figures: from the source while it sends, from the target once the guest runs there.</summary>
    [Id(2)] public MigrationProgress? Progress { get; init; }

    /// <summary>The side gave up before it paused the guest or could be ready: the sentence that says why. The guest runs on at the source.</summary>
    [Id(3)] public string? Failure { get; init; }
}
