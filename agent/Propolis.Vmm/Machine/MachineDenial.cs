namespace Propolis.Vmm.Machine;

/// <summary>Why a request was refused; the names are those of the REST interface (facts: propolis.md section 4).</summary>
public enum MachineDenial
{
    /// <summary>The machine was never started.</summary>
    InstanceNotActive,

    /// <summary>A start is under way.</summary>
    StartInProgress,

    /// <summary>It is already on its way to another host.</summary>
    AlreadyMigrationSource,

    /// <summary>Not while it is on its way to another host.</summary>
    InvalidForMigrationSource,

    /// <summary>A stop has been asked for.</summary>
    HaltPending,

    /// <summary>It has left for another host.</summary>
    MigratedOut,

    /// <summary>It has been switched off.</summary>
    Halted,

    /// <summary>It has failed.</summary>
    InstanceFailed,
}
