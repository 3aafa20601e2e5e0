using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Propolis.Vmm.State;

/// <summary>Writes a payload: little-endian numbers, length-prefixed bytes and strings, nothing else. Read back by <see cref="StateReader"/>.</summary>
public sealed class StateWriter
{
    readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>One byte.</summary>
    public void Write(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    /// <summary>One byte, 0 or 1.</summary>
    public void Write(bool value) => Write((byte)(value ? 1 : 0));

    /// <summary>Two bytes.</summary>
    public void Write(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(2), value);
        _buffer.Advance(2);
    }

    /// <summary>Four bytes.</summary>
    public void Write(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    /// <summary>Four bytes.</summary>
    public void Write(int value) => Write((uint)value);

    /// <summary>Eight bytes.</summary>
    public void Write(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    /// <summary>Eight bytes.</summary>
    public void Write(long value) => Write((ulong)value);

    /// <summary>A 32-bit length, then the bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Write((uint)bytes.Length);
        _buffer.Write(bytes);
    }

    /// <summary>A 32-bit length in bytes, then UTF-8.</summary>
    public void Write(string text) => Write((ReadOnlySpan<byte>)Encoding.UTF8.GetBytes(text));
}
