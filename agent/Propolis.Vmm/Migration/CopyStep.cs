namespace Propolis.Vmm.Migration;

/// <summary>What follows a pass.</summary>
public enum CopyStep
{
    /// <summary>Another pass.</summary>
    Again,

    /// <summary>Pause the guest: what is left fits in its downtime, or is sent anyhow.</summary>
    Pause,

    /// <summary>Leave it where it is.</summary>
    GiveUp,
}
