namespace Propolis.Vmm.Hypervisor;

/// <summary>A guest write that only means "look at the queue".</summary>
/// <param name="IsPort">In port space; otherwise guest-physical memory.</param>
/// <param name="Address">Port or address.</param>
/// <param name="Size">Bytes of the write: 1, 2, 4 or 8; 0 for a write of any width (memory only).</param>
/// <param name="Match">The value that must be written, or null for any.</param>
public readonly record struct DoorbellAddress(bool IsPort, ulong Address, int Size, ulong? Match);
