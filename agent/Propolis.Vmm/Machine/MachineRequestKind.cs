namespace Propolis.Vmm.Machine;

/// <summary>What the outside may ask of a machine.</summary>
public enum MachineRequestKind
{
    /// <summary>Start it.</summary>
    Run,

    /// <summary>Reset it.</summary>
    Reboot,

    /// <summary>Send it to another host.</summary>
    MigrateAsSource,

    /// <summary>Switch it off, hard.</summary>
    Stop,

    /// <summary>Press the power button and give the guest time to switch itself off; then as <see cref="Stop"/>.</summary>
    GracefulStop,

    /// <summary>Replace the volume behind a disk.</summary>
    ReplaceVolume,

    /// <summary>Write a snapshot while paused.</summary>
    Snapshot,
}
