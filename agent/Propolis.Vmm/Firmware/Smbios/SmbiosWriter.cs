using System.Text;

namespace Propolis.Vmm.Firmware.Smbios;

/// <summary>Writes SMBIOS structures one after the other: a header, fixed fields, and the strings that fields refer to by number (DSP0134 2.8, section 6.1).</summary>
sealed class SmbiosWriter
{
    readonly List<byte> _bytes = [];
    readonly List<string> _strings = [];
    int _start;

    /// <summary>Structures finished.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the largest structure, strings included.</summary>
    public int Largest { get; private set; }

    /// <summary>Starts a structure.</summary>
    public SmbiosWriter Begin(byte type, ushort handle)
    {
        _start = _bytes.Count;
        _strings.Clear();
        return Byte(type).Byte(0).Word(handle);
    }

    /// <summary>Ends a structure, whose fixed part must have <paramref name="length"/> bytes.</summary>
    public void End(byte length)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(_bytes.Count - _start, length);
        _bytes[_start + 1] = length;
        foreach (var text in _strings) _bytes.AddRange([.. Encoding.UTF8.GetBytes(text), 0]);
        _bytes.AddRange(_strings.Count == 0 ? [0, 0] : [0]);
        Count++;
        Largest = Math.Max(Largest, _bytes.Count - _start);
    }

    /// <summary>A reference to a string; an empty one, or what cannot be a string, becomes "not given".</summary>
    public SmbiosWriter Text(string text)
    {
        if (text.Length == 0 || text.Contains('\0')) return Byte(0);
        _strings.Add(text);
        return Byte((byte)_strings.Count);
    }

    /// <summary>One byte.</summary>
    public SmbiosWriter Byte(byte value)
    {
        _bytes.Add(value);
        return this;
    }

    /// <summary>Two bytes.</summary>
    public SmbiosWriter Word(ushort value) => Bytes(BitConverter.GetBytes(value));

    /// <summary>Four bytes.</summary>
    public SmbiosWriter Dword(uint value) => Bytes(BitConverter.GetBytes(value));

    /// <summary>Eight bytes.</summary>
    public SmbiosWriter Qword(ulong value) => Bytes(BitConverter.GetBytes(value));

    /// <summary>Any bytes.</summary>
    public SmbiosWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>All structures.</summary>
    public byte[] ToArray() => [.. _bytes];
}
