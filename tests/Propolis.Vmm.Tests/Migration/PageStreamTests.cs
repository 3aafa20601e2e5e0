using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Migration.Wire;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Migration;

/// <summary>Pages from one memory to another, and what a stream can do to the receiver that no sender wrote.</summary>
public sealed class PageStreamTests : IDisposable
{
    const ulong Ram = 1 << 20;
    const ulong Rom = 0xffff0000;

    readonly TestMemory _source = new(Ram);
    readonly TestMemory _target = new(Ram);
    readonly MigrationCounters _counters = new();

    public PageStreamTests()
    {
        _source.Add(Rom, 0x10000, MemoryKind.Rom);
        _target.Add(Rom, 0x10000, MemoryKind.Rom);
    }

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Random_and_repeating_pages_arrive_and_zeroes_clear_what_was_there(bool compress)
    {
        var random = new Random(7);
        for (ulong page = 0; page < Ram / 4096; page++)
        {
            if (page % 3 == 0) continue;
            var bytes = new byte[4096];
            if (page % 3 == 1) random.NextBytes(bytes);
            else bytes.AsSpan().Fill((byte)page);
            _source.Write(page * 4096, bytes);
        }
        Assert.True(_source.Guest.TryProgram(Rom, "firmware"u8));
        _target.Write(0, "left over"u8);

        await TransferAsync(MarkAll(), shares: 1, compress, isFresh: false);

        AssertEqual();
        if (compress) Assert.InRange(_counters.WireBytes, 0, (long)Ram * 3 / 4);
    }

    [Fact]
    public async Task Fresh_memory_gets_no_zeroes_but_firmware_does()
    {
        _source.Write(0x5000, "x"u8);

        await TransferAsync(MarkAll(), shares: 1, compress: false, isFresh: true);

        AssertEqual();
        Assert.Equal(1, _counters.Pages);
        // One page, the ROM's one frame of zeroes, the end of the pass.
        Assert.Equal(PageFrame.HeadLength * 3 + 4096, _counters.WireBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    public async Task Every_page_takes_exactly_one_connection(int shares)
    {
        for (ulong page = 0; page < Ram / 4096; page++) _source.Write(page * 4096, BitConverter.GetBytes(page + 1));

        await TransferAsync(MarkAll(), shares, compress: false, isFresh: true);

        AssertEqual();
        Assert.Equal((long)Ram / 4096, _counters.Pages);
    }

    [Fact]
    public void Any_set_of_dirty_pages_arrives_and_no_other() => Prop.ForAll(ArbMap.Default.ArbFor<ulong[]>(), bits =>
    {
        using var source = new TestMemory(Ram);
        using var target = new TestMemory(Ram);
        for (ulong page = 0; page < Ram / 4096; page++) source.Write(page * 4096, [(byte)(page | 1)]);
        var dirty = new DirtyPages(source.Guest);
        var words = dirty.All[0].Words;
        for (var i = 0; i < Math.Min(words.Length, bits.Length); i++) words[i] = bits[i];
        var stream = new MemoryStream();
        new PageSender(stream, source.Guest, 0, 1, compress: false).SendPassAsync(dirty, 1, isFresh: true, isLast: true, new MigrationCounters(), Unlimited, default).Wait();
        stream.Position = 0;
        new PageReceiver(stream, target.Guest).ReceivePassAsync(1, new MigrationCounters(), default).Wait();
        for (var page = 0; page < words.Length * 64; page++)
        {
            var isDirty = (words[page / 64] >> (page % 64) & 1) != 0;
            Assert.Equal(isDirty ? (byte)(page | 1) : (byte)0, target.Bytes((ulong)page * 4096, 1)[0]);
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData((int)PageFrameType.Raw, 4096, 0x100000UL, 1, 1, "cannot be stored")]
    [InlineData((int)PageFrameType.Raw, 8192, 0xff000UL, 2, 1, "cannot be stored")]
    [InlineData((int)PageFrameType.Raw, 4096, 0x1001UL, 1, 1, "not where a page begins")]
    [InlineData((int)PageFrameType.Raw, 4095, 0x1000UL, 1, 1, "4095 bytes for 1 pages")]
    [InlineData((int)PageFrameType.Raw, 65 * 4096, 0x1000UL, 65, 1, "65 pages; 1 to 64")]
    [InlineData((int)PageFrameType.Zero, 0, 0x1000UL, 0, 1, "0 pages; 1 to 64")]
    [InlineData((int)PageFrameType.Zero, 0, 0x1000UL, -1, 1, "-1 pages; 1 to 64")]
    [InlineData((int)PageFrameType.Lz4, 10, 0x1000UL, 1, 1, "cannot be stored")]
    [InlineData((int)PageFrameType.Raw, 4096, 0x1000UL, 1, 2, "pages of pass 2 during pass 1")]
    [InlineData((int)PageFrameType.PassEnd, 4, 0UL, 0, 1, "an end of a pass that carries pages")]
    [InlineData(9, 0, 0UL, 1, 1, "type 9, which this build does not know")]
    public async Task Frames_that_no_sender_writes_are_refused(int type, int length, ulong address, int pages, int pass, string reason)
    {
        var bytes = new byte[PageFrame.HeadLength + Math.Max(length, 0)];
        new PageFrame((PageFrameType)type, length, address, pages, pass).Write(bytes);

        var refused = await Assert.ThrowsAsync<MigrationException>(() => Receiver(bytes).ReceivePassAsync(1, _counters, default));

        Assert.Contains(reason, refused.Message);
    }

    [Fact]
    public async Task A_stream_that_ends_early_is_a_broken_connection() =>
        Assert.Contains("broke", (await Assert.ThrowsAsync<MigrationException>(() => Receiver(new byte[7]).ReceivePassAsync(1, _counters, default))).Message);

    [Fact]
    public void Whatever_comes_is_refused_or_stored_and_never_more() => Prop.ForAll(ArbMap.Default.ArbFor<(byte Type, ushort Length, byte Page, byte Pages, byte[] Data)[]>(), frames =>
    {
        var stream = new MemoryStream();
        foreach (var (type, length, page, pages, data) in frames)
        {
            var head = new byte[PageFrame.HeadLength];
            new PageFrame((PageFrameType)(type % 6), type % 2 == 0 ? pages % 70 * 4096 : length, page * 4096UL * 3, pages % 70, 1).Write(head);
            stream.Write(head);
            stream.Write(data);
        }
        stream.Position = 0;
        try
        {
            new PageReceiver(stream, _target.Guest).ReceivePassAsync(1, new MigrationCounters(), default).GetAwaiter().GetResult();
        }
        catch (MigrationException)
        {
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Heads_are_read_as_they_were_written() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), random =>
    {
        var head = new byte[PageFrame.HeadLength];
        random.AsSpan(0, Math.Min(random.Length, head.Length)).CopyTo(head);
        head[0] = (byte)(head[0] % 6);
        head[1] = head[2] = head[3] = 0;
        if (PageFrame.Read(head, out _) is not { } frame) return;
        var again = new byte[PageFrame.HeadLength];
        frame.Write(again);
        Assert.Equal(head, again);
    }).QuickCheckThrowOnFailure();

    static BandwidthLimit Unlimited => new(null, TimeProvider.System);

    DirtyPages MarkAll()
    {
        var dirty = new DirtyPages(_source.Guest);
        dirty.MarkAll();
        return dirty;
    }

    PageReceiver Receiver(byte[] bytes) => new(new MemoryStream(bytes), _target.Guest);

    async Task TransferAsync(DirtyPages dirty, int shares, bool compress, bool isFresh)
    {
        for (var share = 0; share < shares; share++)
        {
            var stream = new MemoryStream();
            await new PageSender(stream, _source.Guest, share, shares, compress).SendPassAsync(dirty, 1, isFresh, isLast: true, _counters, Unlimited, default);
            stream.Position = 0;
            var end = await new PageReceiver(stream, _target.Guest).ReceivePassAsync(1, new MigrationCounters(), default);
            Assert.Equal(PageFrameType.LastPassEnd, end.Type);
            Assert.Equal(stream.Length, stream.Position);
        }
    }

    void AssertEqual()
    {
        Assert.Equal(_source.Bytes(0, (int)Ram), _target.Bytes(0, (int)Ram));
        Assert.Equal(_source.Bytes(Rom, 0x10000), _target.Bytes(Rom, 0x10000));
    }
}
