namespace Propolis.Vmm.Machine;

/// <summary>Kinds of event that beat any request.</summary>
public enum MachineEventKind
{
    /// <summary>The guest asked for a reset, or triple-faulted.</summary>
    Reset,

    /// <summary>The guest switched itself off.</summary>
    PowerOff,

    /// <summary>The machine cannot go on.</summary>
    Failure,

    /// <summary>A disk of the machine belongs to another one by now.</summary>
    Fenced,

    /// <summary>A migration wants the machine paused for its last part.</summary>
    HandOver,

    /// <summary>A migration is over and the guest is still here.</summary>
    DepartureEnded,

    /// <summary>The guest's time for a graceful stop is over.</summary>
    GracefulStopExpired,
}
