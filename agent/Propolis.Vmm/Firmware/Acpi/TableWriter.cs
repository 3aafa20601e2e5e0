using System.Buffers.Binary;
using System.Text;

namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>Writes one table's bytes in order, little-endian, and knows the table header (ACPI 6.4, section 5.2.6).</summary>
sealed class TableWriter
{
    /// <summary>Bytes of the header of every table but FACS and RSDP.</summary>
    public const int HeaderLength = 36;

    /// <summary>Offset of the checksum in the header.</summary>
    public const int ChecksumOffset = 9;

    const int LengthOffset = 4;

    readonly List<byte> _bytes = [];

    /// <summary>A table without header.</summary>
    public TableWriter()
    {
    }

    /// <summary>A table with header; the checksum is left for the loader.</summary>
    public TableWriter(string signature, byte revision)
    {
        Text(signature, 4).Dword(0).Byte(revision).Byte(0).Text("OXIDE", 6, ' ').Text("PROPOLIS", 8).Dword(1).Text("OXPV", 4).Dword(1);
    }

    /// <summary>Bytes written so far.</summary>
    public int Length => _bytes.Count;

    /// <summary>One byte.</summary>
    public TableWriter Byte(byte value) => Bytes([value]);

    /// <summary>Two bytes.</summary>
    public TableWriter Word(ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    /// <summary>Four bytes.</summary>
    public TableWriter Dword(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    /// <summary>Eight bytes.</summary>
    public TableWriter Qword(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    /// <summary>ASCII, padded to a fixed width.</summary>
    public TableWriter Text(string text, int width, char padding = '\0') => Bytes(Encoding.ASCII.GetBytes(text.PadRight(width, padding)));

    /// <summary>Any bytes.</summary>
    public TableWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Zeroes up to an offset.</summary>
    public TableWriter FillTo(int offset) => Bytes(new byte[offset - _bytes.Count]);

    /// <summary>A generic address structure of system ports (ACPI 6.4, section 5.2.3.2).</summary>
    public TableWriter PortAddress(ushort port, int bytes, byte access) => Byte(1).Byte((byte)(bytes * 8)).Byte(0).Byte(access).Qword(port);

    /// <summary>The table, with its length filled in when it has a header.</summary>
    public byte[] ToArray(bool hasHeader = true)
    {
        var table = _bytes.ToArray();
        if (hasHeader) BinaryPrimitives.WriteInt32LittleEndian(table.AsSpan(LengthOffset), table.Length);
        return table;
    }
}
