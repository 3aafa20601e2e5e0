namespace Propolis.Crucible.Upstairs;

/// <summary>What a replica has missed, which decides how it comes back.</summary>
public enum ReplicaMode
{
    /// <summary>Not yet part of this activation.</summary>
    New,

    /// <summary>Away, but all it missed is kept and will be replayed.</summary>
    Offline,

    /// <summary>Away for too long or wrong; must be repaired.</summary>
    Faulted,

    /// <summary>A new, empty one; must be repaired and may have another region id.</summary>
    Replaced,
}
