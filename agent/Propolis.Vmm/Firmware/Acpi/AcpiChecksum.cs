namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>A byte that makes a run of bytes sum to zero, once all pointers are in.</summary>
/// <param name="Blob">Where the run is.</param>
/// <param name="Offset">The byte's offset there; it is zero as yet.</param>
/// <param name="Start">First byte of the run.</param>
/// <param name="Length">Bytes of the run.</param>
public readonly record struct AcpiChecksum(AcpiBlob Blob, int Offset, int Start, int Length);
