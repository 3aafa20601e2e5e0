using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Propolis.Crucible.Wire;

/// <summary>
/// Frames being encoded, one behind the other, in one growing piece of memory that is used again after <see cref="Clear"/>.
/// Encoding is bincode with fixed-width little-endian integers. Not safe for concurrent use.
/// </summary>
public sealed class FrameBuffer
{
    const int SharedLimit = 16 * 1024;

    readonly List<(int Position, ReadOnlyMemory<byte> Bytes)> _shared = [];
    byte[] _bytes;
    int _length;
    int _sharedLength;
    int _sharedBefore;

    /// <summary>An empty buffer with room for <paramref name="capacity"/> bytes before it first grows.</summary>
    public FrameBuffer(int capacity = 256) => _bytes = new byte[capacity];

    /// <summary>Bytes encoded since the last <see cref="Clear"/>.</summary>
    public int Length => _length + _sharedLength;

    /// <summary>
    /// Whether large data stays where it is instead of being copied; then only <see cref="From"/> shows all that was encoded.
    /// </summary>
    public bool SharesData { get; init; }

    /// <summary>The encoded frames; valid until the next change.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>The same as memory, for sockets; valid until the next change.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);

    /// <summary>Forgets what was encoded and keeps the memory.</summary>
    public void Clear()
    {
        (_length, _sharedLength) = (0, 0);
        _shared.Clear();
    }

    /// <summary>The encoded bytes behind the first <paramref name="offset"/>, as far as they lie together; empty at the end.</summary>
    public ReadOnlySpan<byte> From(int offset)
    {
        var passed = 0;
        foreach (var (position, bytes) in _shared)
        {
            if (offset < position + passed)
                return _bytes.AsSpan((offset - passed)..position);
            if (offset < position + passed + bytes.Length)
                return bytes.Span[(offset - passed - position)..];
            passed += bytes.Length;
        }

        return _bytes.AsSpan((offset - passed).._length);
    }

    /// <summary>Encodes one message as one frame.</summary>
    public void Append<TMessage>(in TMessage message)
        where TMessage : IMessage, allows ref struct
    {
        var start = Begin(message.Kind);
        message.WriteBody(this);
        End(start);
    }

    /// <summary>Encodes a message whose last <paramref name="room"/> bytes are left to the caller, who fills them before anything else happens.</summary>
    public Span<byte> Append<TMessage>(in TMessage message, int room)
        where TMessage : IMessage, allows ref struct
    {
        var start = Begin(message.Kind);
        message.WriteBody(this);
        Reserve(room);
        End(start);
        return _bytes.AsSpan(_length - room, room);
    }

    /// <summary>Takes back what was encoded behind the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => _length = length;

    /// <summary>Encodes one message without a body as one frame.</summary>
    public void Append(MessageKind kind) => End(Begin(kind));

    /// <summary>One byte.</summary>
    public void WriteByte(byte value) => Reserve(1)[0] = value;

    /// <summary>A byte 0 or 1.</summary>
    public void WriteBool(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>Four bytes.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);

    /// <summary>Eight bytes.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    /// <summary>Bytes without a length.</summary>
    public void WriteRaw(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    /// <summary>Bytes without a length that nobody changes any more.</summary>
    public void WriteShared(ReadOnlyMemory<byte> value)
    {
        if (!SharesData || value.Length < SharedLimit)
        {
            WriteRaw(value.Span);
            return;
        }

        _shared.Add((_length, value));
        _sharedLength += value.Length;
    }

    /// <summary>A 64-bit length and bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteUInt64((ulong)value.Length);
        WriteRaw(value);
    }

    /// <summary>A 64-bit length and UTF-8.</summary>
    public void WriteString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteUInt64((ulong)length);
        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    /// <summary>A 64-bit length 16 and the bytes in the order of the text form.</summary>
    public void WriteGuid(Guid value)
    {
        WriteUInt64(16);
        value.TryWriteBytes(Reserve(16), bigEndian: true, out _);
    }

    /// <summary>A 64-bit count and 64-bit numbers.</summary>
    public void WriteNumbers(ReadOnlySpan<ulong> values)
    {
        WriteUInt64((ulong)values.Length);
        WriteRaw(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Family, address and port of a socket address.</summary>
    public void WriteEndPoint(IPEndPoint value)
    {
        WriteUInt32(value.AddressFamily == AddressFamily.InterNetworkV6 ? 1u : 0u);
        value.Address.TryWriteBytes(Reserve(value.AddressFamily == AddressFamily.InterNetworkV6 ? 16 : 4), out _);
        BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), (ushort)value.Port);
    }

    int Begin(MessageKind kind)
    {
        var start = _length;
        _sharedBefore = _sharedLength;
        Reserve(Protocol.LengthSize);
        WriteUInt32((uint)kind);
        return start;
    }

    void End(int start)
    {
        var length = _length - start + _sharedLength - _sharedBefore;
        if (length > Protocol.MaxFrameLength)
            throw new InvalidOperationException(Protocol.CheckFrameLength((uint)length));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(start), length);
    }

    Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
