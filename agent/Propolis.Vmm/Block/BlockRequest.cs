using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Block;

/// <summary>
/// One request on its way from a device to a backend. Front ends own and reuse these objects, so that the data path does not allocate:
/// fill it, submit it, and do not touch it until <see cref="IBlockCompletion.Completed"/>.
/// </summary>
public sealed class BlockRequest
{
    GuestSegment[] _segments = new GuestSegment[16];

    /// <summary>A request that is answered to <paramref name="owner"/>; <paramref name="tag"/> tells it which of its own it is.</summary>
    public BlockRequest(IBlockCompletion owner, GuestMemory memory, int tag)
    {
        Owner = owner;
        Memory = memory;
        Tag = tag;
    }

    /// <summary>Whom to answer.</summary>
    public IBlockCompletion Owner { get; }

    /// <summary>Where the segments lie.</summary>
    public GuestMemory Memory { get; }

    /// <summary>The owner's number for this object.</summary>
    public int Tag { get; }

    /// <summary>Operation.</summary>
    public BlockOperation Operation { get; private set; }

    /// <summary>First byte on the disk. The front end has checked range and alignment against the geometry.</summary>
    public ulong Offset { get; private set; }

    /// <summary>Bytes on the disk; for reads and writes also the sum of the segments. 0 for flush.</summary>
    public ulong Length { get; private set; }

    /// <summary>Value of the clock when the front end took the request, for latency metrics (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long StartedAt { get; set; }

    /// <summary>Guest memory of the transfer, in order.</summary>
    public ReadOnlySpan<GuestSegment> Segments => _segments.AsSpan(0, SegmentCount);

    /// <summary>How many segments.</summary>
    public int SegmentCount { get; private set; }

    /// <summary>Starts over with an operation and no segments.</summary>
    public void Begin(BlockOperation operation, ulong offset, ulong length)
    {
        Operation = operation;
        Offset = offset;
        Length = length;
        SegmentCount = 0;
    }

    /// <summary>Appends guest memory; joins it to the last segment where they touch.</summary>
    public void AddSegment(ulong address, uint length)
    {
        if (length == 0) return;
        if (SegmentCount > 0)
        {
            ref var last = ref _segments[SegmentCount - 1];
            if (last.Address + last.Length == address && last.Length + (ulong)length <= uint.MaxValue)
            {
                last = last with { Length = last.Length + length };
                return;
            }
        }
        if (SegmentCount == _segments.Length) Array.Resize(ref _segments, _segments.Length * 2);
        _segments[SegmentCount++] = new GuestSegment(address, length);
    }

    /// <summary>Answers the owner; called by the backend, once.</summary>
    public void Complete(BlockStatus status) => Owner.Completed(this, status);
}
