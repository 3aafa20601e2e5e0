namespace Propolis.Vmm.Machine;

/// <summary>One published state; every change raises the generation by one, from 1.</summary>
public sealed record MachineStatus(ulong Generation, MachineState State);
