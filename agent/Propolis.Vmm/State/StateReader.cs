using System.Buffers.Binary;
using System.Text;

namespace Propolis.Vmm.State;

/// <summary>Reads what <see cref="StateWriter"/> wrote. Every read past the end throws <see cref="StateFormatException"/>.</summary>
public sealed class StateReader(ReadOnlyMemory<byte> payload, string owner)
{
    int _position;

    /// <summary>The device or part whose payload this is, for messages.</summary>
    public string Owner => owner;

    /// <summary>Bytes not read yet.</summary>
    public int Remaining => payload.Length - _position;

    /// <summary>One byte.</summary>
    public byte ReadByte() => Take(1)[0];

    /// <summary>One byte that must be 0 or 1.</summary>
    public bool ReadBoolean() => ReadByte() switch
    {
        0 => false,
        1 => true,
        var other => throw new StateFormatException($"{owner}: {other} where a truth value (0 or 1) belongs."),
    };

    /// <summary>Two bytes.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    /// <summary>Four bytes.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Four bytes.</summary>
    public int ReadInt32() => (int)ReadUInt32();

    /// <summary>Eight bytes.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>Eight bytes.</summary>
    public long ReadInt64() => (long)ReadUInt64();

    /// <summary>Length-prefixed bytes; the span is valid as long as the payload.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadUInt32();
        if (length > (uint)Remaining) throw new StateFormatException($"{owner}: {length} bytes announced, {Remaining} left.");
        return Take((int)length);
    }

    /// <summary>Length-prefixed bytes that must be exactly <paramref name="destination"/>'s length.</summary>
    public void ReadBytes(Span<byte> destination)
    {
        var bytes = ReadBytes();
        if (bytes.Length != destination.Length)
            throw new StateFormatException($"{owner}: {bytes.Length} bytes where {destination.Length} belong.");
        bytes.CopyTo(destination);
    }

    /// <summary>Length-prefixed UTF-8.</summary>
    public string ReadString() => Encoding.UTF8.GetString(ReadBytes());

    /// <summary>Throws when something is left: a payload of another layout.</summary>
    public void ExpectEnd()
    {
        if (Remaining != 0) throw new StateFormatException($"{owner}: {Remaining} bytes too many.");
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining) throw new StateFormatException($"{owner}: the payload ends {count - Remaining} bytes early.");
        var span = payload.Span.Slice(_position, count);
        _position += count;
        return span;
    }
}
