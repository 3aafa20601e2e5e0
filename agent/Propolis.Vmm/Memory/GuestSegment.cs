namespace Propolis.Vmm.Memory;

/// <summary>A run of guest-physical memory named by the guest (a descriptor, a PRP entry): not yet checked against the memory map.</summary>
/// <param name="Address">Guest-physical address of the first byte.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct GuestSegment(ulong Address, uint Length);
