using Propolis.Vmm.Devices.Virtio.Block;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>A block driver's requests, each with its own page for header (0), status (32) and ranges (64), and data where the test puts it.</summary>
sealed class BlockCommands(TestMemory memory, DriverQueue queue, ulong pages)
{
    const byte Unanswered = 0xee;

    int _next;

    /// <summary>Adds a request; the data's buffers are given in order. Returns where its status will be.</summary>
    public ulong Add(BlockRequestType type, ulong sector, params ReadOnlySpan<DriverBuffer> data)
    {
        var page = Page();
        memory.Guest.TryWrite(page, new BlockRequestHeader(type, 0, sector));
        queue.Add([new DriverBuffer(page, BlockRequestHeader.Size, false), .. data, new DriverBuffer(page + 32, 1, true)]);
        return page + 32;
    }

    /// <summary>Adds a discard or write-zeroes.</summary>
    public ulong AddRanges(BlockRequestType type, params ReadOnlySpan<BlockRange> ranges)
    {
        var page = Page();
        memory.Guest.TryWrite(page, new BlockRequestHeader(type, 0, 0));
        for (var i = 0; i < ranges.Length; i++) memory.Guest.TryWrite(page + 64 + 16 * (ulong)i, ranges[i]);
        queue.Add(new DriverBuffer(page, BlockRequestHeader.Size, false), new DriverBuffer(page + 64, (uint)ranges.Length * 16, false), new DriverBuffer(page + 32, 1, true));
        return page + 32;
    }

    /// <summary>The status byte; null while it has not been written.</summary>
    public BlockRequestStatus? Status(ulong address)
    {
        var value = memory.Bytes(address, 1)[0];
        return value == Unanswered ? null : (BlockRequestStatus)value;
    }

    ulong Page()
    {
        var page = pages + (ulong)(_next++ % 64) * 4096;
        memory.Write(page + 32, [Unanswered]);
        return page;
    }
}
