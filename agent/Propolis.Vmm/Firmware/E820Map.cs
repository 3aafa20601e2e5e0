using System.Buffers.Binary;

namespace Propolis.Vmm.Firmware;

/// <summary>The E820 memory map (ACPI 6.4, section 15): what firmware learns through fw_cfg, and what a kernel gets that boots without firmware.</summary>
public static class E820Map
{
    /// <summary>fw_cfg file with the map.</summary>
    public const string FileName = "etc/e820";

    /// <summary>Bytes of an encoded entry.</summary>
    public const int EntryLength = 20;

    /// <summary>For firmware: the RAM there is, and ECAM; firmware carves its own areas out of it.</summary>
    public static IReadOnlyList<E820Entry> ForFirmware(MemoryLayout layout, bool hasEcam) => [Ram(layout.Low), .. Upper(layout, hasEcam)];

    /// <summary>For a kernel: the BIOS data and the area with the tables are reserved.</summary>
    public static IReadOnlyList<E820Entry> ForKernel(MemoryLayout layout, bool hasEcam) =>
    [
        Ram(AddressRange.Between(0, MemoryLayout.ExtendedBiosDataArea)),
        Reserved(AddressRange.Between(MemoryLayout.ExtendedBiosDataArea, MemoryLayout.ConventionalMemoryEnd)),
        Reserved(MemoryLayout.BiosArea),
        Ram(AddressRange.Between(MemoryLayout.BiosArea.End, layout.Low.End)),
        .. Upper(layout, hasEcam),
    ];

    /// <summary>The entries in the format of the BIOS call, the fw_cfg file and boot_params: address, length, type, little-endian.</summary>
    public static byte[] Encode(IReadOnlyList<E820Entry> entries)
    {
        var bytes = new byte[entries.Count * EntryLength];
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = bytes.AsSpan(i * EntryLength);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, entries[i].Range.Start);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], entries[i].Range.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], (uint)entries[i].Kind);
        }
        return bytes;
    }

    static IEnumerable<E820Entry> Upper(MemoryLayout layout, bool hasEcam)
    {
        if (hasEcam) yield return Reserved(MemoryLayout.Ecam);
        if (!layout.High.IsEmpty) yield return Ram(layout.High);
    }

    static E820Entry Ram(AddressRange range) => new(range, E820Kind.Ram);

    static E820Entry Reserved(AddressRange range) => new(range, E820Kind.Reserved);
}
