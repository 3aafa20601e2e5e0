using System.Numerics;
using K4os.Compression.LZ4;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Migration.Wire;

/// <summary>
/// Sends this connection's share of the pages: those whose word in the bitmap has its number modulo the number of connections. Reads memory that the guest changes meanwhile: what
/// is read torn is dirty again.
/// </summary>
sealed class PageSender(Stream stream, GuestMemory memory, int share, int shares, bool compress)
{
    const int Buffered = 256 << 10;

    readonly byte[] _pages = new byte[PageFrame.MaxLength];
    readonly byte[] _out = new byte[Buffered + (MigrationLimits.PagesPerFrame + 1) * PageFrame.HeadLength + PageFrame.MaxLength];
    int _filled;

    /// <summary>Sends a pass and its end. With <paramref name="isFresh"/> the target's RAM is still zero, and pages of zeroes need not be sent.</summary>
    public async Task SendPassAsync(DirtyPages dirty, int pass, bool isFresh, bool isLast, MigrationCounters counters, BandwidthLimit limit, CancellationToken cancellation)
    {
        foreach (var (region, words) in dirty.All)
        {
            var skipZeroes = isFresh && region.Kind == MemoryKind.Ram;
            for (var i = share; i < words.Length; i += shares)
            {
                if (words[i] == 0) continue;
                AddWord(region, i, words[i], pass, skipZeroes, counters);
                if (_filled >= Buffered) await SendBufferAsync(counters, limit, cancellation);
            }
        }
        Put(new PageFrame(isLast ? PageFrameType.LastPassEnd : PageFrameType.PassEnd, 0, 0, 0, pass), []);
        await SendBufferAsync(counters, limit, cancellation);
        await stream.FlushAsync(cancellation);
    }

    async Task SendBufferAsync(MigrationCounters counters, BandwidthLimit limit, CancellationToken cancellation)
    {
        await stream.WriteAsync(_out.AsMemory(0, _filled), cancellation);
        counters.AddWireBytes(_filled);
        var paid = _filled;
        _filled = 0;
        await limit.PayAsync(paid, cancellation);
    }

    void AddWord(MemoryRegion region, int index, ulong bits, int pass, bool skipZeroes, MigrationCounters counters)
    {
        for (var page = 0; page < 64 && bits >> page != 0;)
        {
            page += BitOperations.TrailingZeroCount(bits >> page);
            var run = Math.Min(BitOperations.TrailingZeroCount(~(bits >> page)), 64 - page);
            var address = region.Address + ((ulong)index * 64 + (ulong)page) * DirtyBitmap.PageSize;
            var data = _pages.AsSpan(0, run * DirtyBitmap.PageSize);
            memory.TryRead(address, data);
            AddRun(address, data, pass, skipZeroes, counters);
            page += run;
        }
    }

    void AddRun(ulong address, ReadOnlySpan<byte> data, int pass, bool skipZeroes, MigrationCounters counters)
    {
        for (var at = 0; at < data.Length;)
        {
            var isZero = IsZero(data, at);
            var end = at + DirtyBitmap.PageSize;
            while (end < data.Length && IsZero(data, end) == isZero) end += DirtyBitmap.PageSize;
            var pages = (end - at) / DirtyBitmap.PageSize;
            counters.AddPages(isZero ? PageFrameType.Zero : PageFrameType.Raw, pages);
            if (!isZero) PutPages(address + (ulong)at, data[at..end], pages, pass);
            else if (!skipZeroes) Put(new PageFrame(PageFrameType.Zero, 0, address + (ulong)at, pages, pass), []);
            at = end;
        }
    }

    void PutPages(ulong address, ReadOnlySpan<byte> data, int pages, int pass)
    {
        if (compress)
        {
            // A block that would not be smaller does not fit into its room, and goes as it is.
            var length = LZ4Codec.Encode(data, _out.AsSpan(_filled + PageFrame.HeadLength, data.Length - data.Length / 8), LZ4Level.L00_FAST);
            if (length > 0)
            {
                new PageFrame(PageFrameType.Lz4, length, address, pages, pass).Write(_out.AsSpan(_filled));
                _filled += PageFrame.HeadLength + length;
                return;
            }
        }
        Put(new PageFrame(PageFrameType.Raw, data.Length, address, pages, pass), data);
    }

    void Put(PageFrame frame, ReadOnlySpan<byte> data)
    {
        frame.Write(_out.AsSpan(_filled));
        data.CopyTo(_out.AsSpan(_filled + PageFrame.HeadLength));
        _filled += PageFrame.HeadLength + data.Length;
    }

    static bool IsZero(ReadOnlySpan<byte> data, int at) => data.Slice(at, DirtyBitmap.PageSize).IndexOfAnyExcept((byte)0) < 0;
}
