namespace Propolis.Vmm.Machine;

/// <summary>What the outside sees of a machine; the names are those of the REST interface (facts: propolis.md section 4).</summary>
public enum MachineState
{
    /// <summary>Built, never run.</summary>
    Creating,

    /// <summary>Disks are being opened; a stop is still possible.</summary>
    Starting,

    /// <summary>vCPUs run.</summary>
    Running,

    /// <summary>On its way to power-off.</summary>
    Stopping,

    /// <summary>Powered off.</summary>
    Stopped,

    /// <summary>Between reset and the first instruction.</summary>
    Rebooting,

    /// <summary>Its state is moving to or from another host.</summary>
    Migrating,

    /// <summary>It cannot go on; the reason is kept.</summary>
    Failed,

    /// <summary>Nothing is left of it on this host.</summary>
    Destroyed,
}
