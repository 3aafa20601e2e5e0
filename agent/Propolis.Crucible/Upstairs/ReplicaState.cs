namespace Propolis.Crucible.Upstairs;

/// <summary>What a replica is doing, as operators see it.</summary>
public enum ReplicaState
{
    /// <summary>Not connected and not to be.</summary>
    Stopped,

    /// <summary>Waiting to connect, or for an answer to the attempt.</summary>
    WaitConnect,

    /// <summary>Its promotion may have been refused because of another session; the lease owner is being asked.</summary>
    PerhapsFenced,

    /// <summary>HereIAm was sent.</summary>
    Start,

    /// <summary>It has answered the greeting, and is to be asked for promotion when the set is activated.</summary>
    WaitActive,

    /// <summary>PromoteToActive was sent.</summary>
    WaitForPromote,

    /// <summary>Asked for its geometry.</summary>
    WaitForRegionInfo,

    /// <summary>Asked for its extents' versions.</summary>
    GetExtentVersions,

    /// <summary>Waiting for the others.</summary>
    WaitQuorum,

    /// <summary>Being made equal with the others before activation.</summary>
    Reconcile,

    /// <summary>Waiting to be repaired beside running IO.</summary>
    LiveRepairReady,

    /// <summary>Being repaired beside running IO.</summary>
    LiveRepair,

    /// <summary>Serving.</summary>
    Active,
}
