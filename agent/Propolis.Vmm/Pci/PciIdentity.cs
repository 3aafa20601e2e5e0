namespace Propolis.Vmm.Pci;

/// <summary>The read-only identity in a configuration header (PCI Local Bus Specification 3.0, section 6.2.1).</summary>
public sealed record PciIdentity
{
    /// <summary>Vendor ID, offset 0x00.</summary>
    public required ushort Vendor { get; init; }

    /// <summary>Device ID, offset 0x02.</summary>
    public required ushort Device { get; init; }

    /// <summary>Base class, offset 0x0B.</summary>
    public required byte Class { get; init; }

    /// <summary>Sub-class, offset 0x0A.</summary>
    public required byte Subclass { get; init; }

    /// <summary>Programming interface, offset 0x09.</summary>
    public byte ProgrammingInterface { get; init; }

    /// <summary>Revision, offset 0x08.</summary>
    public byte Revision { get; init; }

    /// <summary>Subsystem vendor, offset 0x2C.</summary>
    public ushort SubsystemVendor { get; init; }

    /// <summary>Subsystem, offset 0x2E.</summary>
    public ushort Subsystem { get; init; }

    /// <summary>Header type without the multi-function bit: 0 endpoint, 1 bridge.</summary>
    public byte HeaderType { get; init; }
}
