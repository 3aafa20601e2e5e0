namespace Propolis.Vmm.Migration;

/// <summary>What to do with a guest that changes memory faster than it can be sent, when the last pass is over.</summary>
public enum StuckPolicy
{
    /// <summary>Give up; the guest stays.</summary>
    Refuse,

    /// <summary>Pause it all the same, whatever the downtime becomes.</summary>
    BestEffort,
}
