namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>What the ACPI tables of a machine depend on.</summary>
public sealed record AcpiSettings
{
    /// <summary>Where memory lies.</summary>
    public required MemoryLayout Memory { get; init; }

    /// <summary>Processors, 1 to 254; their local APIC ids count from 0.</summary>
    public required int VcpuCount { get; init; }

    /// <summary>The PCI Express configuration window exists.</summary>
    public bool HasEcam { get; init; }

    /// <summary>The pvpanic port exists.</summary>
    public bool HasPvpanic { get; init; }

    /// <summary>The keyboard controller exists, with keyboard and mouse.</summary>
    public bool HasPs2 { get; init; } = true;

    /// <summary>Serial ports that exist, 1 (COM1) to 4.</summary>
    public IReadOnlyList<int> SerialPorts { get; init; } = [1, 2, 3, 4];

    /// <summary>Bits of a physical address in this guest (CPUID 0x80000008, EAX bits 0 to 7): the end of the 64-bit device window.</summary>
    public int PhysicalAddressBits { get; init; } = 40;

    /// <summary>Device memory below 4 GiB, in one piece or on both sides of ECAM.</summary>
    public IReadOnlyList<AddressRange> Windows32
    {
        get
        {
            var all = AddressRange.Between(Memory.Low.End, MemoryLayout.IoApic);
            if (!HasEcam) return [all];
            return [AddressRange.Between(all.Start, MemoryLayout.Ecam.Start), AddressRange.Between(MemoryLayout.Ecam.End, all.End)];
        }
    }

    /// <summary>Device memory above the RAM, from a multiple of 1 GiB; empty when the address bits leave no room.</summary>
    public AddressRange Window64
    {
        get
        {
            const ulong gibibyte = 1UL << 30;
            var start = (Memory.High.End + gibibyte - 1) / gibibyte * gibibyte;
            return AddressRange.Between(start, 1UL << PhysicalAddressBits);
        }
    }
}
