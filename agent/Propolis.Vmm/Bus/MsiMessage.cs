namespace Propolis.Vmm.Bus;

/// <summary>A message-signalled interrupt: the write a device would make to the local APICs (Intel SDM vol. 3, 11.11).</summary>
/// <param name="Address">0xFEExxxxx with the destination in bits 12 to 19.</param>
/// <param name="Data">Vector, delivery mode, trigger.</param>
public readonly record struct MsiMessage(ulong Address, uint Data);
