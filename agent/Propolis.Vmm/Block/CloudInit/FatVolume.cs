using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Propolis.Vmm.Block.CloudInit;

/// <summary>
/// Writes a FAT12 volume with long file names (Microsoft FAT specification, revision 1.03): files in the root directory only, each in one run of clusters. Nothing in it
/// depends on the clock: all dates are the first that FAT knows, and the serial number is made of the contents.
/// </summary>
static class FatVolume
{
    /// <summary>Bytes of a sector.</summary>
    public const int SectorSize = 512;

    /// <summary>Bytes of all files together at most.</summary>
    public const int MaxContents = 16 << 20;

    const byte MediaDescriptor = 0xf8;
    const ushort FirstDate = 1 << 5 | 1;
    const ushort EndOfChain = 0xfff;
    const byte ReadOnlyAttribute = 0x01;
    const byte LabelAttribute = 0x08;
    const byte LongNameAttribute = 0x0f;
    const byte LastLongEntry = 0x40;
    const int DirectoryEntrySize = 32;
    const int LongNamePart = 13;

    /// <summary>The volume's bytes, a multiple of <see cref="SectorSize"/>. Throws <see cref="BlockBackendException"/> when the files are too large.</summary>
    public static byte[] Build(string label, IReadOnlyList<FatFile> files)
    {
        var total = files.Sum(file => (long)file.Contents.Length);
        if (total > MaxContents)
            throw new BlockBackendException(string.Create(CultureInfo.InvariantCulture, $"The files of the volume {label} have {total} bytes; at most {MaxContents} fit."));
        var geometry = FatGeometry.For(files.Select(file => file.Contents.Length));
        var volume = new byte[geometry.TotalSectors * SectorSize];
        WriteBootSector(volume, geometry, label, SerialOf(files));
        var tables = volume.AsSpan(SectorSize, geometry.TableSectors * SectorSize);
        SetEntry(tables, 0, 0xf00 | MediaDescriptor);
        SetEntry(tables, 1, EndOfChain);
        WriteFiles(volume, geometry, label, files);
        tables.CopyTo(volume.AsSpan((1 + geometry.TableSectors) * SectorSize));
        return volume;
    }

    /// <summary>The BIOS parameter block (FAT specification, page 9).</summary>
    static void WriteBootSector(Span<byte> sector, FatGeometry geometry, string label, uint serial)
    {
        ReadOnlySpan<byte> jump = [0xeb, 0x3c, 0x90];
        jump.CopyTo(sector);
        Encoding.ASCII.GetBytes("PROPOLIS", sector[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[11..], SectorSize);
        sector[13] = (byte)geometry.SectorsPerCluster;
        BinaryPrimitives.WriteUInt16LittleEndian(sector[14..], 1);
        sector[16] = FatGeometry.Tables;
        BinaryPrimitives.WriteUInt16LittleEndian(sector[17..], FatGeometry.RootEntries);
        if (geometry.TotalSectors <= ushort.MaxValue) BinaryPrimitives.WriteUInt16LittleEndian(sector[19..], (ushort)geometry.TotalSectors);
        else BinaryPrimitives.WriteInt32LittleEndian(sector[32..], geometry.TotalSectors);
        sector[21] = MediaDescriptor;
        BinaryPrimitives.WriteUInt16LittleEndian(sector[22..], (ushort)geometry.TableSectors);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[24..], 32); // sectors per track
        BinaryPrimitives.WriteUInt16LittleEndian(sector[26..], 2); // heads
        sector[36] = 0x80; // drive
        sector[38] = 0x29; // the next three fields are there
        BinaryPrimitives.WriteUInt32LittleEndian(sector[39..], serial);
        PutPadded(sector[43..], label, 11);
        PutPadded(sector[54..], "FAT12", 8);
        sector[510] = 0x55;
        sector[511] = 0xaa;
    }

    static void WriteFiles(byte[] volume, FatGeometry geometry, string label, IReadOnlyList<FatFile> files)
    {
        var tables = volume.AsSpan(SectorSize, geometry.TableSectors * SectorSize);
        var directory = volume.AsSpan(geometry.RootSector * SectorSize, FatGeometry.RootSectors * SectorSize);
        PutPadded(directory, label, 11);
        WriteDirectoryFields(directory, LabelAttribute, 0, 0);
        directory = directory[DirectoryEntrySize..];
        var cluster = 2;
        foreach (var file in files)
        {
            var count = (file.Contents.Length + geometry.ClusterSize - 1) / geometry.ClusterSize;
            directory = WriteLongName(directory, file);
            PutPadded(directory, file.ShortName, 11);
            WriteDirectoryFields(directory, ReadOnlyAttribute, count == 0 ? 0 : cluster, file.Contents.Length);
            directory = directory[DirectoryEntrySize..];
            file.Contents.Span.CopyTo(volume.AsSpan(geometry.DataSector * SectorSize + (cluster - 2) * geometry.ClusterSize));
            for (var i = 0; i < count; i++, cluster++) SetEntry(tables, cluster, i == count - 1 ? EndOfChain : cluster + 1);
        }
    }

    /// <summary>Entries that hold a long name, thirteen characters each, last part first (FAT specification, page 28).</summary>
    static Span<byte> WriteLongName(Span<byte> directory, FatFile file)
    {
        var parts = (file.Name.Length + LongNamePart - 1) / LongNamePart;
        for (var part = parts; part > 0; part--)
        {
            directory[0] = (byte)(part | (part == parts ? LastLongEntry : 0));
            directory[11] = LongNameAttribute;
            directory[13] = ChecksumOf(file.ShortName);
            for (var i = 0; i < LongNamePart; i++)
            {
                var at = (part - 1) * LongNamePart + i;
                // A zero ends a name that does not fill its entry; the rest is all ones.
                var character = at < file.Name.Length ? file.Name[at] : at == file.Name.Length ? '\0' : '\uffff';
                BinaryPrimitives.WriteUInt16LittleEndian(directory[OffsetOfCharacter(i)..], character);
            }
            directory = directory[DirectoryEntrySize..];
        }
        return directory;
    }

    static int OffsetOfCharacter(int index) => index switch
    {
        < 5 => 1 + index * 2,
        < 11 => 14 + (index - 5) * 2,
        _ => 28 + (index - 11) * 2,
    };

    static void WriteDirectoryFields(Span<byte> entry, byte attributes, int cluster, int length)
    {
        entry[11] = attributes;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[16..], FirstDate);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[18..], FirstDate);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[24..], FirstDate);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[26..], (ushort)cluster);
        BinaryPrimitives.WriteInt32LittleEndian(entry[28..], length);
    }

    static byte ChecksumOf(string shortName)
    {
        byte sum = 0;
        foreach (var character in shortName.PadRight(11)) sum = (byte)((byte)(sum << 7 | sum >> 1) + (byte)character);
        return sum;
    }

    static void SetEntry(Span<byte> table, int cluster, int value)
    {
        var at = cluster * 3 / 2;
        var pair = BinaryPrimitives.ReadUInt16LittleEndian(table[at..]);
        pair = (cluster & 1) == 0 ? (ushort)(pair & 0xf000 | value) : (ushort)(pair & 0x000f | value << 4);
        BinaryPrimitives.WriteUInt16LittleEndian(table[at..], pair);
    }

    static void PutPadded(Span<byte> destination, string text, int length) => Encoding.ASCII.GetBytes(text.PadRight(length), destination[..length]);

    static uint SerialOf(IReadOnlyList<FatFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files) hash.AppendData(file.Contents.Span);
        return BinaryPrimitives.ReadUInt32LittleEndian(hash.GetHashAndReset());
    }
}
