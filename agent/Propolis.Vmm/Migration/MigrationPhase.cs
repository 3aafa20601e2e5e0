namespace Propolis.Vmm.Migration;

/// <summary>Where a live migration is; both sides go through the same phases.</summary>
public enum MigrationPhase
{
    /// <summary>The sides meet and compare what they are; no memory has moved.</summary>
    Preflight,

    /// <summary>Memory is sent while the guest runs.</summary>
    PreCopy,

    /// <summary>The guest is paused: disks are flushed and given up, the last pages are sent.</summary>
    LastPages,

    /// <summary>State of devices, vCPUs and clocks is sent and taken over.</summary>
    State,

    /// <summary>Both sides stand still and ask for the decision.</summary>
    Deciding,

    /// <summary>It is decided that the guest moves: the target opens the disks, unless they are open, and lets it run.</summary>
    Activating,

    /// <summary>The guest runs on the target.</summary>
    Moved,

    /// <summary>The guest stays on the source.</summary>
    Stayed,
}
