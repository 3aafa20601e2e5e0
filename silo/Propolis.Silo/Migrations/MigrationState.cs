using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Specs;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Migrations;

/// <summary>What a migration's grain keeps.</summary>
public sealed record MigrationState : EntityRecord
{
    /// <summary>What was asked for.</summary>
    public required StartMigration Request { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where it is. <see cref="MigrationPhase.Committed"/> and <see cref="MigrationPhase.Aborting"/> are the decision: from there no way leads to the other.</summary>
    public MigrationPhase Phase { get; init; }

    /// <summary>How an abort ends: as wanted, or as a failure.</summary>
    public bool AbortIsFailure { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>When the phase is overdue.</summary>
    public DateTimeOffset Deadline { get; init; }

    /// <summary>The instance's project.</summary>
    public string? Project { get; init; }

    /// <summary>Where the guest was.</summary>
    public SledId? Source { get; init; }

    /// <summary>The VMM there.</summary>
    public long SourceIncarnation { get; init; }

    /// <summary>Where it goes.</summary>
    public SledId? Target { get; init; }

    /// <summary>The VMM there.</summary>
    public long TargetIncarnation { get; init; }

    /// <summary>Where the target waits.</summary>
    public string? TargetAddress { get; init; }

    /// <summary>Whether the source was told to send.</summary>
    public bool Sent { get; init; }

    /// <summary>Whether the instance has taken the decision.</summary>
    public bool Told { get; init; }

    /// <summary>Since when the source stands still and asks.</summary>
    public DateTimeOffset? SourceStuckSince { get; init; }

    /// <summary>How far.</summary>
    public MigrationProgress? Progress { get; init; }

    /// <summary>When the figures last moved.</summary>
    public DateTimeOffset MovedAt { get; init; }

    /// <summary>After an abort: the source's disks with fresh generations.</summary>
    public EquatableList<DiskGeneration> Disks { get; init; } = [];

    /// <summary>After an abort: the backends of these disks.</summary>
    public SpecComponents? Backends { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
