using K4os.Compression.LZ4;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Migration.Wire;

/// <summary>Takes the pages of one connection into a machine's memory. What does not belong to the protocol or to the machine is a <see cref="MigrationException"/>.</summary>
sealed class PageReceiver(Stream stream, GuestMemory memory)
{
    readonly byte[] _head = new byte[PageFrame.HeadLength];
    readonly byte[] _data = new byte[PageFrame.MaxLength];
    readonly byte[] _pages = new byte[PageFrame.MaxLength];
    static readonly byte[] Zeroes = new byte[PageFrame.MaxLength];

    /// <summary>Takes frames up to the end of a pass, and returns that.</summary>
    public async Task<PageFrame> ReceivePassAsync(int pass, MigrationCounters counters, CancellationToken cancellation)
    {
        while (true)
        {
            await FillAsync(_head, cancellation);
            var frame = PageFrame.Read(_head, out var fault) ?? throw new MigrationException($"The source sent {fault}.");
            if (frame.Pass != pass) throw new MigrationException($"The source sent pages of pass {frame.Pass} during pass {pass}.");
            counters.AddWireBytes(PageFrame.HeadLength + frame.Length);
            if (frame.Type is PageFrameType.PassEnd or PageFrameType.LastPassEnd) return frame;
            await FillAsync(_data.AsMemory(0, frame.Length), cancellation);
            counters.AddPages(frame.Type, frame.Pages);
            if (!Store(frame)) throw new MigrationException($"The source sent {frame.Pages} pages for 0x{frame.Address:x} that cannot be stored: a damaged block, or no memory there.");
        }
    }

    bool Store(PageFrame frame)
    {
        switch (frame.Type)
        {
            case PageFrameType.Raw:
                return Write(frame.Address, _data.AsSpan(0, frame.Length));
            case PageFrameType.Zero:
                return Write(frame.Address, Zeroes.AsSpan(0, frame.MemoryLength));
            default:
                var pages = _pages.AsSpan(0, frame.MemoryLength);
                return Decode(_data.AsSpan(0, frame.Length), pages) && Write(frame.Address, pages);
        }
    }

    bool Write(ulong address, ReadOnlySpan<byte> data) => memory.TryWrite(address, data) || memory.TryProgram(address, data);

    static bool Decode(ReadOnlySpan<byte> block, Span<byte> pages) => LZ4Codec.Decode(block, pages) == pages.Length;

    async Task FillAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            await stream.ReadExactlyAsync(buffer, cancellation);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            throw new MigrationException("The connection to the source broke.", broken);
        }
    }
}
