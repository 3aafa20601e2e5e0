namespace Propolis.Vmm.Machine;

/// <summary>How a machine's life ended.</summary>
/// <param name="Kind">In one word.</param>
/// <param name="Detail">Who or why, as a phrase.</param>
public sealed record MachineOutcome(MachineOutcomeKind Kind, string Detail);
