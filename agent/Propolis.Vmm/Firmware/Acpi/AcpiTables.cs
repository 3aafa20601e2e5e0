using System.Buffers.Binary;

namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>
/// The ACPI tables of a machine, not yet placed: pointers hold offsets and checksums are zero. Firmware places them with
/// <see cref="TableLoaderScript"/>; for a direct boot <see cref="PlaceAt"/> does it here.
/// </summary>
public sealed class AcpiTables
{
    /// <summary>Alignment that the tables need (FACS).</summary>
    public const int Alignment = 64;

    const int TableAlignment = 16;

    readonly byte[] _rootPointer = FixedTables.Rsdp();
    readonly List<AcpiPointer> _pointers = [];
    readonly List<AcpiChecksum> _checksums = [];
    byte[] _tables = [];

    /// <summary>Makes the tables of a machine.</summary>
    public AcpiTables(AcpiSettings settings)
    {
        var facs = Append(FixedTables.Facs(), hasHeader: false);
        var dsdt = Append(new TableWriter("DSDT", 2).Bytes(Dsdt.Encode(settings)).ToArray());
        var fadt = Append(FixedTables.Fadt(settings));
        Point(AcpiBlob.Tables, fadt + FixedTables.FadtFacs, 4, facs);
        Point(AcpiBlob.Tables, fadt + FixedTables.FadtDsdt, 4, dsdt);
        Point(AcpiBlob.Tables, fadt + FixedTables.FadtXDsdt, 8, dsdt);
        List<int> listed = [fadt, Append(FixedTables.Madt(settings)), Append(FixedTables.Waet())];
        if (settings.HasEcam) listed.Add(Append(FixedTables.Mcfg()));
        AppendRoots(listed);
    }

    /// <summary>All tables but the root pointer.</summary>
    public ReadOnlyMemory<byte> Tables => _tables;

    /// <summary>The root pointer (RSDP).</summary>
    public ReadOnlyMemory<byte> RootPointer => _rootPointer;

    /// <summary>Where addresses go.</summary>
    public IReadOnlyList<AcpiPointer> Pointers => _pointers;

    /// <summary>Where checksums go, after the pointers.</summary>
    public IReadOnlyList<AcpiChecksum> Checksums => _checksums;

    /// <summary>The finished bytes of tables and root pointer for tables at the given guest-physical address, below 4 GiB.</summary>
    public (byte[] Tables, byte[] RootPointer) PlaceAt(uint address)
    {
        var tables = (byte[])_tables.Clone();
        var rootPointer = (byte[])_rootPointer.Clone();
        foreach (var pointer in _pointers)
        {
            var place = (pointer.Blob == AcpiBlob.Tables ? tables : rootPointer).AsSpan(pointer.Offset, pointer.Size);
            // An offset fits 32 bits, and so does the address: the upper half of a 64-bit pointer stays zero.
            BinaryPrimitives.WriteUInt32LittleEndian(place, BinaryPrimitives.ReadUInt32LittleEndian(place) + address);
        }
        foreach (var sum in _checksums)
        {
            var blob = sum.Blob == AcpiBlob.Tables ? tables : rootPointer;
            blob[sum.Offset] = Checksum(blob.AsSpan(sum.Start, sum.Length));
        }
        return (tables, rootPointer);
    }

    /// <summary>The byte that makes a run of bytes sum to zero.</summary>
    internal static byte Checksum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (var value in bytes) sum += value;
        return (byte)-sum;
    }

    void AppendRoots(List<int> listed)
    {
        var rsdt = Append(FixedTables.Rsdt(listed.Count));
        var xsdt = Append(FixedTables.Xsdt(listed.Count));
        for (var i = 0; i < listed.Count; i++)
        {
            Point(AcpiBlob.Tables, rsdt + TableWriter.HeaderLength + 4 * i, 4, listed[i]);
            Point(AcpiBlob.Tables, xsdt + TableWriter.HeaderLength + 8 * i, 8, listed[i]);
        }
        Point(AcpiBlob.RootPointer, 16, 4, rsdt);
        Point(AcpiBlob.RootPointer, 24, 8, xsdt);
        _checksums.Add(new AcpiChecksum(AcpiBlob.RootPointer, 8, 0, 20));
        _checksums.Add(new AcpiChecksum(AcpiBlob.RootPointer, 32, 0, _rootPointer.Length));
    }

    int Append(byte[] table, bool hasHeader = true)
    {
        var offset = (_tables.Length + TableAlignment - 1) / TableAlignment * TableAlignment;
        _tables = [.. _tables, .. new byte[offset - _tables.Length], .. table];
        if (hasHeader) _checksums.Add(new AcpiChecksum(AcpiBlob.Tables, offset + TableWriter.ChecksumOffset, offset, table.Length));
        return offset;
    }

    void Point(AcpiBlob blob, int offset, int size, int target)
    {
        BinaryPrimitives.WriteInt32LittleEndian((blob == AcpiBlob.Tables ? _tables : _rootPointer).AsSpan(offset), target);
        _pointers.Add(new AcpiPointer(blob, offset, size));
    }
}
