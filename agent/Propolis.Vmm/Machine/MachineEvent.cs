namespace Propolis.Vmm.Machine;

/// <summary>Something that happened to the machine, on its way to the driver.</summary>
/// <param name="Kind">What.</param>
/// <param name="Detail">Port, chip or reason, for the log and for the outcome.</param>
public readonly record struct MachineEvent(MachineEventKind Kind, string Detail);
