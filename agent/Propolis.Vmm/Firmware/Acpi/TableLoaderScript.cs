using System.Buffers.Binary;
using System.Text;
using Propolis.Vmm.Devices.FwCfg;

namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>
/// The commands with which firmware places the tables: etc/table-loader, records of 128 bytes, little-endian (QEMU, hw/acpi/bios-linker-loader: allocate,
/// add pointer, add checksum).
/// </summary>
public static class TableLoaderScript
{
    /// <summary>fw_cfg file with this script.</summary>
    public const string ScriptFile = "etc/table-loader";

    /// <summary>fw_cfg file with the tables.</summary>
    public const string TablesFile = "etc/acpi/tables";

    /// <summary>fw_cfg file with the root pointer.</summary>
    public const string RootPointerFile = "etc/acpi/rsdp";

    const int RecordLength = 128;
    const int NameLength = FwCfgCatalog.NameLength;
    const uint AllocateCommand = 1;
    const uint AddPointerCommand = 2;
    const uint AddChecksumCommand = 3;
    const byte HighZone = 1;
    const byte BiosAreaZone = 2;

    /// <summary>Adds the three files to a catalog.</summary>
    public static void AddTo(FwCfgCatalog catalog, AcpiTables tables)
    {
        catalog.AddFile(TablesFile, tables.Tables.ToArray());
        catalog.AddFile(RootPointerFile, tables.RootPointer.ToArray());
        catalog.AddFile(ScriptFile, Encode(tables));
    }

    /// <summary>The script for these tables.</summary>
    public static byte[] Encode(AcpiTables tables) =>
    [
        .. Allocate(AcpiBlob.RootPointer, 16, BiosAreaZone),
        .. Allocate(AcpiBlob.Tables, AcpiTables.Alignment, HighZone),
        .. tables.Pointers.SelectMany(AddPointer),
        .. tables.Checksums.SelectMany(AddChecksum),
    ];

    static byte[] Allocate(AcpiBlob blob, uint alignment, byte zone)
    {
        var record = Record(AllocateCommand, blob);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4 + NameLength), alignment);
        record[8 + NameLength] = zone;
        return record;
    }

    static byte[] AddPointer(AcpiPointer pointer)
    {
        var record = Record(AddPointerCommand, pointer.Blob);
        Encoding.ASCII.GetBytes(TablesFile, record.AsSpan(4 + NameLength));
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4 + 2 * NameLength), pointer.Offset);
        record[8 + 2 * NameLength] = (byte)pointer.Size;
        return record;
    }

    static byte[] AddChecksum(AcpiChecksum sum)
    {
        var record = Record(AddChecksumCommand, sum.Blob);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4 + NameLength), sum.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8 + NameLength), sum.Start);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12 + NameLength), sum.Length);
        return record;
    }

    static byte[] Record(uint command, AcpiBlob blob)
    {
        var record = new byte[RecordLength];
        BinaryPrimitives.WriteUInt32LittleEndian(record, command);
        Encoding.ASCII.GetBytes(blob == AcpiBlob.Tables ? TablesFile : RootPointerFile, record.AsSpan(4));
        return record;
    }
}
