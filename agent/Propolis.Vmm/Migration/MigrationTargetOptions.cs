using Propolis.Vmm.State;

namespace Propolis.Vmm.Migration;

/// <summary>What a target needs beside its machine.</summary>
public sealed record MigrationTargetOptions
{
    /// <summary>Who decides; null to be told by the source over the connection, where there is no cluster.</summary>
    public IMigrationDecision? Decision { get; init; }

    /// <summary>
    /// Where the source decides: who is asked, on another way, what it has decided when the connection breaks before it has said so. Null to take a source that is gone as one that has
    /// not left.
    /// </summary>
    public IMigrationDecision? AfterBreak { get; init; }

    /// <summary>
    /// Whether disks are opened before this side says that it is ready, and so before the decision: one that cannot be opened then costs the migration, not the guest, and the guest
    /// stands still for less. Only where the decider gives the source fresh generations when the guest stays after all.
    /// </summary>
    public bool OpensDisksFirst { get; init; }

    /// <summary>The fingerprint that the source's spec must have; null takes any.</summary>
    public string? ExpectedFingerprint { get; init; }

    /// <summary>Bounds and deadlines.</summary>
    public MigrationLimits Limits { get; init; } = new();

    /// <summary>State that the program adds (serial history), under the same names as at the source.</summary>
    public StateRegistry Extras { get; init; } = new();

    /// <summary>Told of every step; called from several threads, one at a time, and must return at once.</summary>
    public Action<MigrationProgress>? Watch { get; init; }

    /// <summary>Clock of all waits and figures.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
