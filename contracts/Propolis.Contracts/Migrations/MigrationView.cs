using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Migrations;

/// <summary>A migration as others see it.</summary>
[GenerateSerializer, Immutable, Alias("propolis.migrations.MigrationView")]
public sealed record MigrationView
{
    /// <summary>Its id.</summary>
    [Id(0)] public required MigrationId Id { get; init; }

    /// <summary>Whose.</summary>
    [Id(1)] public required InstanceId Instance { get; init; }

    /// <summary>The instance's project, when known.</summary>
    [Id(2)] public string? Project { get; init; }

    /// <summary>Where it is.</summary>
    [Id(3)] public required MigrationPhase Phase { get; init; }

    /// <summary>Why, when there is something to say.</summary>
    [Id(4)] public string? Reason { get; init; }

    /// <summary>Where the guest was.</summary>
    [Id(5)] public SledId? Source { get; init; }

    /// <summary>The VMM there.</summary>
    [Id(6)] public long SourceIncarnation { get; init; }

    /// <summary>Where it goes.</summary>
    [Id(7)] public SledId? Target { get; init; }

    /// <summary>The VMM there.</summary>
    [Id(8)] public long TargetIncarnation { get; init; }

    /// <summary>How far.</summary>
    [Id(9)] public MigrationProgress? Progress { get; init; }

    /// <summary>Who asked for it.</summary>
    [Id(10)] public required string Actor { get; init; }

    /// <summary>When.</summary>
    [Id(11)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended.</summary>
    [Id(12)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the present phase is overdue.</summary>
    [Id(13)] public DateTimeOffset? Deadline { get; init; }

    /// <summary>Counts its writes.</summary>
    [Id(14)] public required long Version { get; init; }
}
