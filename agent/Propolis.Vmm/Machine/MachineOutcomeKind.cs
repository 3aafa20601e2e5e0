namespace Propolis.Vmm.Machine;

/// <summary>Ways for a machine to end.</summary>
public enum MachineOutcomeKind
{
    /// <summary>The guest switched itself off.</summary>
    GuestPowerOff,

    /// <summary>The guest asked for a reset and the machine was told to end then.</summary>
    GuestReset,

    /// <summary>It was switched off from outside.</summary>
    Stopped,

    /// <summary>It went to another host.</summary>
    MigratedOut,

    /// <summary>It could not go on.</summary>
    Failed,

    /// <summary>It had to stop where it was, because a disk of it belongs to another machine by now.</summary>
    Fenced,
}
