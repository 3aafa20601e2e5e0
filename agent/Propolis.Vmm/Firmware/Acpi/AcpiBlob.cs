namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>One of the two pieces that the tables come in, as they need different places.</summary>
public enum AcpiBlob
{
    /// <summary>All tables, anywhere below 4 GiB.</summary>
    Tables,

    /// <summary>The root pointer, in the BIOS area below 1 MiB.</summary>
    RootPointer,
}
