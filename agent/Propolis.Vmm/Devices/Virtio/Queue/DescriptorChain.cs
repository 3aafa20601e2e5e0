using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Virtio.Queue;

/// <summary>
/// One chain as taken from a queue: first the parts that the device reads, then those it writes. The descriptors are copies, so the driver
/// cannot change them any more; whether they lie in memory shows when they are used. Devices keep and reuse these objects.
/// </summary>
public sealed class DescriptorChain
{
    GuestSegment[] _segments = new GuestSegment[32];
    int _count;
    int _readable;

    /// <summary>Index of the first descriptor: the chain's name in the used ring.</summary>
    public ushort Head { get; private set; }

    /// <summary>The queue's generation when the chain was taken; a reset in between makes it stale.</summary>
    public uint Generation { get; internal set; }

    /// <summary>The parts that the device reads.</summary>
    public ReadOnlySpan<GuestSegment> Readable => _segments.AsSpan(0, _readable);

    /// <summary>The parts that the device writes.</summary>
    public ReadOnlySpan<GuestSegment> Writable => _segments.AsSpan(_readable, _count - _readable);

    /// <summary>Bytes the device may read.</summary>
    public uint ReadableLength { get; private set; }

    /// <summary>Bytes the device may write.</summary>
    public uint WritableLength { get; private set; }

    /// <summary>Copies all of <paramref name="destination"/> from the readable part, from byte <paramref name="offset"/> of it. False when there is less, or memory is missing.</summary>
    public bool TryCopyFrom(GuestMemory memory, uint offset, Span<byte> destination)
    {
        var left = destination;
        foreach (var segment in Readable)
        {
            if (left.IsEmpty) return true;
            if (offset >= segment.Length)
            {
                offset -= segment.Length;
                continue;
            }
            var part = (int)Math.Min(segment.Length - offset, (uint)left.Length);
            if (!memory.TryRead(segment.Address + offset, left[..part])) return false;
            left = left[part..];
            offset = 0;
        }
        return left.IsEmpty;
    }

    /// <summary>Copies all of <paramref name="source"/> to byte <paramref name="offset"/> of the writable part. False when it does not fit, or memory is missing.</summary>
    public bool TryCopyTo(GuestMemory memory, uint offset, ReadOnlySpan<byte> source)
    {
        var left = source;
        foreach (var segment in Writable)
        {
            if (left.IsEmpty) return true;
            if (offset >= segment.Length)
            {
                offset -= segment.Length;
                continue;
            }
            var part = (int)Math.Min(segment.Length - offset, (uint)left.Length);
            if (!memory.TryWrite(segment.Address + offset, left[..part])) return false;
            left = left[part..];
            offset = 0;
        }
        return left.IsEmpty;
    }

    /// <summary>Address of the last byte that the device may write; false when there is none.</summary>
    public bool TryFindLastWritable(out ulong address)
    {
        var writable = Writable;
        for (var i = writable.Length - 1; i >= 0; i--)
        {
            if (writable[i].Length == 0) continue;
            address = writable[i].Address + writable[i].Length - 1;
            return true;
        }
        address = 0;
        return false;
    }

    internal void Begin(ushort head)
    {
        Head = head;
        _count = _readable = 0;
        ReadableLength = WritableLength = 0;
    }

    internal QueueMisuse Add(in Descriptor descriptor)
    {
        var isWritable = (descriptor.Flags & DescriptorFlags.Write) != 0;
        if (!isWritable && _count > _readable) return QueueMisuse.ReadableAfterWritable;
        if ((ulong)ReadableLength + WritableLength + descriptor.Length > uint.MaxValue) return QueueMisuse.ChainTooLarge;
        if (_count == _segments.Length) Array.Resize(ref _segments, _segments.Length * 2);
        _segments[_count++] = new GuestSegment(descriptor.Address, descriptor.Length);
        if (isWritable)
        {
            WritableLength += descriptor.Length;
        }
        else
        {
            _readable++;
            ReadableLength += descriptor.Length;
        }
        return QueueMisuse.None;
    }
}
