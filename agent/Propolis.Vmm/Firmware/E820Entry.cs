namespace Propolis.Vmm.Firmware;

/// <summary>One line of the memory map that firmware or the boot loader hands to the operating system.</summary>
/// <param name="Range">Addresses.</param>
/// <param name="Kind">What may be done with them.</param>
public readonly record struct E820Entry(AddressRange Range, E820Kind Kind);
