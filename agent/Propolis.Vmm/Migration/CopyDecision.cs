namespace Propolis.Vmm.Migration;

/// <summary>The decision after a pass.</summary>
/// <param name="Step">What to do.</param>
/// <param name="State">What is known now, and the throttle to apply.</param>
/// <param name="Note">A sentence for whoever watches, when it is not what one would wish.</param>
public readonly record struct CopyDecision(CopyStep Step, CopyState State, string? Note);
