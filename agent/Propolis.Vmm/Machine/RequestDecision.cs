namespace Propolis.Vmm.Machine;

/// <summary>What becomes of a request: queued, already done (no-op), or denied with a reason.</summary>
public readonly record struct RequestDecision
{
    /// <summary>It goes into the queue.</summary>
    public static readonly RequestDecision Enqueue = new() { IsQueued = true };

    /// <summary>Accepted, and nothing is left to do for it.</summary>
    public static readonly RequestDecision Ignore;

    /// <summary>True when it goes into the queue.</summary>
    public bool IsQueued { get; private init; }

    /// <summary>Why it was refused, or null.</summary>
    public MachineDenial? Denial { get; private init; }

    /// <summary>Refused.</summary>
    public static RequestDecision Deny(MachineDenial reason) => new() { Denial = reason };
}
