namespace Propolis.Vmm.Firmware;

/// <summary>Type of an E820 entry (ACPI 6.4, table 15.2).</summary>
public enum E820Kind : uint
{
    /// <summary>Memory for the operating system.</summary>
    Ram = 1,

    /// <summary>Not for the operating system.</summary>
    Reserved = 2,
}
