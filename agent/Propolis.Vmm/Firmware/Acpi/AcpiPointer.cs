namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>A place that holds an offset into the tables and shall hold an address.</summary>
/// <param name="Blob">Where the place is.</param>
/// <param name="Offset">Its offset there.</param>
/// <param name="Size">Its bytes, 4 or 8.</param>
public readonly record struct AcpiPointer(AcpiBlob Blob, int Offset, int Size);
