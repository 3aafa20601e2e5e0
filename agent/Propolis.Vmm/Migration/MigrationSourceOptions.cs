using Propolis.Vmm.State;

namespace Propolis.Vmm.Migration;

/// <summary>What a source needs beside its machine.</summary>
public sealed record MigrationSourceOptions
{
    /// <summary>Identity of the migration, the same on both sides.</summary>
    public required Guid Migration { get; init; }

    /// <summary>Makes the connections: <see cref="MigrationLink.ConnectAsync"/>, or a listener's <see cref="MigrationListener.AcceptAsync"/>.</summary>
    public required Func<CancellationToken, Task<MigrationLink>> Connect { get; init; }

    /// <summary>Who decides; <see cref="SourceDecides"/> where there is no cluster.</summary>
    public required IMigrationDecision Decision { get; init; }

    /// <summary>Name of the machine, for the target's messages.</summary>
    public required string Name { get; init; }

    /// <summary>The machine's spec in the programs' own form; the target gets it before it builds its machine.</summary>
    public ReadOnlyMemory<byte> Spec { get; init; }

    /// <summary>What must be the same in both specs, in one text (a hash).</summary>
    public string SpecFingerprint { get; init; } = "";

    /// <summary>How memory is copied.</summary>
    public MigrationPolicy Policy { get; init; } = new();

    /// <summary>Bounds and deadlines.</summary>
    public MigrationLimits Limits { get; init; } = new();

    /// <summary>State that the program adds (serial history); the target registers the same names.</summary>
    public StateRegistry Extras { get; init; } = new();

    /// <summary>Called when the guest is paused and its disks are flushed and released: nothing of this host may hold them any more when it ends. Null when there is nothing else.</summary>
    public Func<CancellationToken, Task>? Release { get; init; }

    /// <summary>
    /// Called when the guest stays after all, before its disks are reclaimed: the place to get fresh generations, which the disks' openers then use. Null when there is nothing.
    /// </summary>
    public Func<CancellationToken, Task>? Reclaim { get; init; }

    /// <summary>Told of every step; called from several threads, one at a time, and must return at once.</summary>
    public Action<MigrationProgress>? Watch { get; init; }

    /// <summary>Clock of all waits and figures.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
