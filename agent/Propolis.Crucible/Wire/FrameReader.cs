using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Propolis.Crucible.Wire;

/// <summary>
/// Decodes one frame from front to back. Errors stick: after the first one every read gives zeros and <see cref="Ok"/> stays
/// false, so that a decoder reads all fields and looks once at the end. Never throws on any input.
/// </summary>
public ref struct FrameReader
{
    ReadOnlySpan<byte> _rest;

    /// <summary>Reads the body behind length and tag of <paramref name="frame"/>.</summary>
    public FrameReader(ReadOnlySpan<byte> frame)
    {
        Ok = frame.Length >= Protocol.MinFrameLength;
        _rest = Ok ? frame[Protocol.MinFrameLength..] : [];
    }

    /// <summary>Whether everything read so far was there and well formed.</summary>
    public bool Ok { get; private set; }

    /// <summary>What is still to be read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>The tag of a frame; false when it is too short or the tag is not one of the protocol.</summary>
    public static bool TryReadKind(ReadOnlySpan<byte> frame, out MessageKind kind)
    {
        kind = frame.Length >= Protocol.MinFrameLength
            ? (MessageKind)BinaryPrimitives.ReadUInt32LittleEndian(frame[Protocol.LengthSize..])
            : MessageKind.Unknown;
        return frame.Length >= Protocol.MinFrameLength && kind <= MessageKind.Unknown;
    }

    /// <summary>Decodes a whole frame as <typeparamref name="TMessage"/>; bytes left over are ignored, as the original does.</summary>
    public static bool TryRead<TMessage>(ReadOnlySpan<byte> frame, out TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        var reader = new FrameReader(frame);
        message = TryReadKind(frame, out var kind) ? TMessage.Read(kind, ref reader) : default!;
        return reader.Ok && kind <= MessageKind.Unknown;
    }

    /// <summary>Marks the input as wrong.</summary>
    public void Fail() => Ok = false;

    /// <summary>One byte.</summary>
    public byte ReadByte() => Take(1) is [var value] ? value : (byte)0;

    /// <summary>A byte that must be 0 or 1.</summary>
    public bool ReadBool()
    {
        var value = ReadByte();
        Ok &= value <= 1;
        return value == 1;
    }

    /// <summary>Four bytes.</summary>
    public uint ReadUInt32() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <summary>Eight bytes.</summary>
    public ulong ReadUInt64() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>Bytes without a length; nothing when they are not there.</summary>
    public ReadOnlySpan<byte> ReadRaw(int count) => Take(count);

    /// <summary>A 64-bit length and bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes() => Take(ReadUInt64());

    /// <summary>A 64-bit length and valid UTF-8.</summary>
    public string ReadString()
    {
        var bytes = ReadBytes();
        Ok &= System.Text.Unicode.Utf8.IsValid(bytes);
        return Ok ? Encoding.UTF8.GetString(bytes) : "";
    }

    /// <summary>A 64-bit length that must be 16 and the bytes of an id in text order.</summary>
    public Guid ReadGuid()
    {
        Ok &= ReadUInt64() == 16;
        return Take(16) is { Length: 16 } bytes && Ok ? new Guid(bytes, bigEndian: true) : default;
    }

    /// <summary>A 64-bit count and 64-bit numbers, seen in place.</summary>
    public ReadOnlySpan<ulong> ReadNumbers()
    {
        var count = ReadUInt64();
        return count > int.MaxValue / 8 ? MemoryMarshal.Cast<byte, ulong>(Take(ulong.MaxValue)) : MemoryMarshal.Cast<byte, ulong>(Take(count * 8));
    }

    /// <summary>Family, address and port of a socket address.</summary>
    public IPEndPoint ReadEndPoint()
    {
        var family = ReadUInt32();
        Ok &= family <= 1;
        var address = Take(family == 1 ? 16 : 4);
        var port = Take(2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : 0;
        return Ok ? new IPEndPoint(new IPAddress(address), port) : new IPEndPoint(IPAddress.None, 0);
    }

    /// <summary>
    /// A 64-bit length and that many bytes from the <em>end</em> of the frame: how bulk data travels.
    /// </summary>
    public ReadOnlySpan<byte> ReadBulk()
    {
        var length = ReadUInt64();
        Ok &= length <= (ulong)_rest.Length;
        return Ok ? _rest[^(int)length..] : [];
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        Ok &= count <= (ulong)_rest.Length;
        if (!Ok)
            return [];
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    ReadOnlySpan<byte> Take(int count) => Take((ulong)(uint)count);
}
