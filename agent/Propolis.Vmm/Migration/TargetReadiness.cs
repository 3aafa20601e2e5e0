namespace Propolis.Vmm.Migration;

/// <summary>What the asking side knows of the target.</summary>
public enum TargetReadiness
{
    /// <summary>Nothing: the connection broke before the target answered. It may be ready all the same.</summary>
    Unknown,

    /// <summary>It has everything and waits.</summary>
    Ready,

    /// <summary>It could not take the state over, and will never be ready.</summary>
    Refused,
}
