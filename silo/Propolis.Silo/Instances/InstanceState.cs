using Propolis.Contracts;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Results;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Instances;

/// <summary>What an instance's grain keeps: what is wanted, and every VMM that may exist because of it.</summary>
public sealed record InstanceState : EntityRecord
{
    /// <summary>What it is.</summary>
    public required InstanceTemplate Template { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The operation that made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>What is wanted.</summary>
    public required DesiredState Desired { get; init; }

    /// <summary>Whether its project has taken it in.</summary>
    public Admission Admission { get; init; }

    /// <summary>Why its project has not.</summary>
    public Refusal? AdmissionRefusal { get; init; }

    /// <summary>The highest number given to a VMM.</summary>
    public long Incarnation { get; init; }

    /// <summary>The VMM that has the guest, or will.</summary>
    public VmmRecord? Current { get; init; }

    /// <summary>The VMM that a migration moves the guest to.</summary>
    public VmmRecord? Target { get; init; }

    /// <summary>The migration.</summary>
    public MigrationId? Migration { get; init; }

    /// <summary>Migrations that have ended, the last ones: late calls of them change nothing.</summary>
    public EquatableList<MigrationId> EndedMigrations { get; init; } = [];

    /// <summary>VMMs that were left behind, on sleds that may be silent, and must still be removed there.</summary>
    public EquatableList<VmmRecord> Leftovers { get; init; } = [];

    /// <summary>The last commands.</summary>
    public EquatableList<DoneOperation> Operations { get; init; } = [];

    /// <summary>A reboot under way.</summary>
    public PendingReboot? Reboot { get; init; }

    /// <summary>A change of size under way.</summary>
    public PendingResize? Resize { get; init; }

    /// <summary>Whether it is to leave the sled it is on.</summary>
    public bool Relocating { get; init; }

    /// <summary>The sled that it was told to leave, until it runs elsewhere.</summary>
    public SledId? Left { get; init; }

    /// <summary>When it was started again by itself, lately.</summary>
    public EquatableList<DateTimeOffset> Restarts { get; init; } = [];

    /// <summary>Not to be started earlier.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>It ended by an error and is not started again by itself.</summary>
    public bool Failed { get; init; }

    /// <summary>What it waits for, when it waits.</summary>
    public string? Waiting { get; init; }

    /// <summary>Why it is as it is.</summary>
    public string? Reason { get; init; }

    /// <summary>Since when its phase is what it is.</summary>
    public DateTimeOffset PhaseSince { get; init; }
}
