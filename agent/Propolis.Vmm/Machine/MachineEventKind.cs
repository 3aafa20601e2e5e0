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

    /// <summary>The guest's time for a graceful stop is over.</summary>
    GracefulStopExpired,
}
