using Propolis.Vmm.Block;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Virtio.Block;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.Block;

public sealed class VirtioBlockTests : IDisposable
{
    const ulong Ring = 0x1000;
    const ulong Requests = 0x2_0000;
    const ulong Data = 0x8_0000;

    readonly TestMemory _memory = new();
    readonly FakeTransport _transport = new() { Features = VirtioBlockFeatures.Flush };
    readonly byte[] _contents = new byte[64 * 512];

    VirtioBlock _disk = null!;
    DriverQueue _queue = null!;
    BlockCommands _commands = null!;

    [Fact]
    public void Read_fills_the_buffers_in_order()
    {
        for (var i = 0; i < _contents.Length; i++) _contents[i] = (byte)(i * 7);
        Attach(new MemoryBackend(_contents));

        var status = _commands.Add(BlockRequestType.In, 2, new(Data, 512, true), new(Data + 4096, 1024, true));
        Serve();

        Assert.Equal(BlockRequestStatus.Ok, _commands.Status(status));
        Assert.Equal(_contents[1024..1536], _memory.Bytes(Data, 512));
        Assert.Equal(_contents[1536..2560], _memory.Bytes(Data + 4096, 1024));
        Assert.True(_queue.TryTakeUsed(out var used));
        Assert.Equal(1537u, used.Length);
    }

    [Fact]
    public void Write_reaches_the_disk()
    {
        Attach(new MemoryBackend(_contents));
        _memory.Write(Data, [.. Enumerable.Repeat((byte)0xa5, 512)]);

        var status = _commands.Add(BlockRequestType.Out, 63, new DriverBuffer(Data, 512, false));
        Serve();

        Assert.Equal(BlockRequestStatus.Ok, _commands.Status(status));
        Assert.All(_contents[(63 * 512)..], b => Assert.Equal(0xa5, b));
        Assert.True(_queue.TryTakeUsed(out var used));
        Assert.Equal(1u, used.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(200)]
    [InlineData(529)]
    public void Layout_of_the_descriptors_does_not_matter(int cut)
    {
        Attach(new MemoryBackend(_contents));
        _contents.AsSpan(512, 512).Fill(0x3c);
        _memory.Guest.TryWrite(Requests, new BlockRequestHeader(BlockRequestType.In, 0, 1));
        var header = Cut(Requests, 16, cut, false);
        var data = Cut(Data, 513, cut, true);

        _queue.AddIndirect(0x1_0000, [.. header, .. data]);
        Serve();

        Assert.All(_memory.Bytes(Data, 512), b => Assert.Equal(0x3c, b));
        Assert.Equal(0, _memory.Bytes(Data + 512, 1)[0]);
    }

    [Theory]
    [InlineData("disk-17", "disk-17\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("a-name-of-more-than-twenty-characters", "a-name-of-more-than-")]
    [InlineData("größe", "gr??e\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void Serial_is_twenty_bytes(string serial, string expected)
    {
        Attach(new MemoryBackend(_contents), new VirtioBlockOptions { Serial = serial });
        _memory.Write(Data, [.. Enumerable.Repeat((byte)0xff, 20)]);

        var status = _commands.Add(BlockRequestType.GetId, 0, new DriverBuffer(Data, 20, true));
        Serve();

        Assert.Equal(BlockRequestStatus.Ok, _commands.Status(status));
        Assert.Equal(expected, System.Text.Encoding.ASCII.GetString(_memory.Bytes(Data, 20)));
    }

    [Theory]
    [InlineData(64, 512)]
    [InlineData(63, 1024)]
    [InlineData(0, 100)]
    [InlineData(ulong.MaxValue, 512)]
    [InlineData(1UL << 55, 512)]
    public void Access_outside_the_disk_is_an_io_error(ulong sector, uint length)
    {
        Attach(new MemoryBackend(_contents));

        var read = _commands.Add(BlockRequestType.In, sector, new DriverBuffer(Data, length, true));
        var write = _commands.Add(BlockRequestType.Out, sector, new DriverBuffer(Data, length, false));
        Serve();

        Assert.Equal(BlockRequestStatus.IoError, _commands.Status(read));
        Assert.Equal(BlockRequestStatus.IoError, _commands.Status(write));
        Assert.Equal(0, _disk.Misuses);
    }

    [Fact]
    public void Block_size_is_the_smallest_request()
    {
        Attach(new MemoryBackend(_contents, 4096));

        var half = _commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 2048, true));
        var odd = _commands.Add(BlockRequestType.In, 1, new DriverBuffer(Data, 4096, true));
        var whole = _commands.Add(BlockRequestType.In, 8, new DriverBuffer(Data, 4096, true));
        Serve();

        Assert.Equal(BlockRequestStatus.IoError, _commands.Status(half));
        Assert.Equal(BlockRequestStatus.IoError, _commands.Status(odd));
        Assert.Equal(BlockRequestStatus.Ok, _commands.Status(whole));
    }

    [Fact]
    public void Buffer_outside_memory_is_an_io_error()
    {
        Attach(new MemoryBackend(_contents));

        var status = _commands.Add(BlockRequestType.In, 0, new DriverBuffer(0x7fff_0000_0000, 512, true));
        Serve();

        Assert.Equal(BlockRequestStatus.IoError, _commands.Status(status));
    }

    [Fact]
    public void Unknown_type_is_unsupported()
    {
        Attach(new MemoryBackend(_contents));

        var status = _commands.Add((BlockRequestType)2, 0, new DriverBuffer(Data, 512, false));
        Serve();

        Assert.Equal(BlockRequestStatus.Unsupported, _commands.Status(status));
    }

    [Fact]
    public void Read_only_disk_offers_and_takes_no_writes()
    {
        Attach(new MemoryBackend(_contents, readOnly: true));
        const ulong writing = VirtioBlockFeatures.Discard | VirtioBlockFeatures.WriteZeroes | VirtioBlockFeatures.ConfigWce;

        var write = _commands.Add(BlockRequestType.Out, 0, new DriverBuffer(Data, 512, false));
        var zero = _commands.AddRanges(BlockRequestType.WriteZeroes, new BlockRange(0, 1, 0));
        Serve();

        Assert.Equal(VirtioBlockFeatures.ReadOnly, _disk.OfferedFeatures & (VirtioBlockFeatures.ReadOnly | writing));
        Assert.Equal(BlockRequestStatus.IoError, _commands.Status(write));
        Assert.Equal(BlockRequestStatus.IoError, _commands.Status(zero));
    }

    [Fact]
    public void Write_zeroes_clears_every_range()
    {
        Attach(new MemoryBackend(_contents));
        Array.Fill<byte>(_contents, 0xff);

        var status = _commands.AddRanges(BlockRequestType.WriteZeroes, new BlockRange(1, 2, 0), new BlockRange(10, 1, BlockRange.Unmap));
        Serve();

        Assert.Equal(BlockRequestStatus.Ok, _commands.Status(status));
        for (var sector = 0; sector < 64; sector++) Assert.Equal(sector is 1 or 2 or 10 ? 0 : 0xff, _contents[sector * 512]);
    }

    [Fact]
    public void Discard_goes_to_the_backend_range_by_range()
    {
        var backend = HeldBackend.WithSectors(64);
        Attach(backend);

        var status = _commands.AddRanges(BlockRequestType.Discard, new BlockRange(4, 4, 0), new BlockRange(32, 8, 0));
        Serve();
        Assert.Equal((4UL * 512, 4UL * 512), (backend.Peek(0).Offset, backend.Peek(0).Length));
        backend.Release(0);
        Assert.Equal((32UL * 512, 8UL * 512), (backend.Peek(0).Offset, backend.Peek(0).Length));
        Assert.Null(_commands.Status(status));
        backend.Release(0);

        Assert.Equal(BlockRequestStatus.Ok, _commands.Status(status));
    }

    [Theory]
    [InlineData(0, 1, 1u, BlockRequestStatus.Unsupported)]
    [InlineData(0, 1, 0x10u, BlockRequestStatus.Unsupported)]
    [InlineData(0, 0, 0u, BlockRequestStatus.IoError)]
    [InlineData(60, 8, 0u, BlockRequestStatus.IoError)]
    public void Wrong_discard_changes_nothing(ulong sector, uint count, uint flags, BlockRequestStatus expected)
    {
        var backend = HeldBackend.WithSectors(64);
        Attach(backend);

        var status = _commands.AddRanges(BlockRequestType.Discard, new BlockRange(0, 4, 0), new BlockRange(sector, count, flags));
        Serve();

        Assert.Equal(expected, _commands.Status(status));
        Assert.Empty(backend.Log);
    }

    [Fact]
    public void Flush_reaches_the_backend_and_its_failure_the_driver()
    {
        var backend = HeldBackend.WithSectors(64);
        Attach(backend);

        var status = _commands.Add(BlockRequestType.Flush, 0);
        Serve();
        backend.Release(0, BlockStatus.Failed);

        Assert.Equal([BlockOperation.Flush], backend.Log);
        Assert.Equal(BlockRequestStatus.IoError, _commands.Status(status));
    }

    [Fact]
    public void Driver_that_cannot_flush_gets_durable_writes()
    {
        var backend = HeldBackend.WithSectors(64);
        _transport.Features = 0;
        Attach(backend);

        var status = _commands.Add(BlockRequestType.Out, 0, new DriverBuffer(Data, 512, false));
        Serve();
        backend.Release(0);
        Assert.Null(_commands.Status(status));
        backend.Release(0);

        Assert.Equal([BlockOperation.Write, BlockOperation.Flush], backend.Log);
        Assert.Equal(BlockRequestStatus.Ok, _commands.Status(status));
    }

    [Fact]
    public void Writeback_byte_switches_between_cached_and_durable_writes()
    {
        var backend = HeldBackend.WithSectors(64);
        _transport.Features = VirtioBlockFeatures.Flush | VirtioBlockFeatures.ConfigWce;
        Attach(backend);

        Write();
        _disk.WriteConfiguration(VirtioBlockRules.WritebackOffset, [0]);
        Write();
        _disk.WriteConfiguration(VirtioBlockRules.WritebackOffset, [1]);
        Write();

        Assert.Equal([BlockOperation.Write, BlockOperation.Write, BlockOperation.Flush, BlockOperation.Write], backend.Log);

        void Write()
        {
            _commands.Add(BlockRequestType.Out, 0, new DriverBuffer(Data, 512, false));
            Serve();
            while (backend.Held > 0) backend.Release(0);
        }
    }

    [Fact]
    public void Requests_are_answered_in_the_order_in_which_they_end()
    {
        var backend = HeldBackend.WithSectors(64);
        Attach(backend);
        var heads = new List<uint>();
        for (ulong i = 0; i < 3; i++) _commands.Add(BlockRequestType.In, i, new DriverBuffer(Data + i * 512, 512, true));
        Serve();

        backend.Release(2);
        backend.Release(0);
        backend.Release(0);
        while (_queue.TryTakeUsed(out var used)) heads.Add(used.Id);

        Assert.Equal([6u, 0u, 3u], heads);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Chain_without_header_or_status_stops_the_queue(bool hasHeader)
    {
        Attach(new MemoryBackend(_contents));

        _queue.Add(new DriverBuffer(Requests, hasHeader ? 16u : 8u, false), new DriverBuffer(Data, 512, !hasHeader));
        Serve();

        Assert.Equal(QueueMisuse.RequestMalformed, _disk.Queues[0].Misuse);
        Assert.Equal(1, _transport.ConfigurationChanges);
        Assert.Equal(0, _disk.Queues[0].InFlight);
        Assert.Equal(1, _disk.Misuses);
    }

    [Fact]
    public void One_round_of_service_interrupts_once()
    {
        Attach(new MemoryBackend(_contents));
        for (ulong i = 0; i < 8; i++) _commands.Add(BlockRequestType.In, i, new DriverBuffer(Data + i * 512, 512, true));

        Serve();

        Assert.Equal(8, _queue.UsedIdx);
        Assert.Equal(1, _transport.Interrupts);
    }

    [Fact]
    public void Configuration_describes_the_disk()
    {
        Attach(HeldBackend.WithSectors(1 << 21), new VirtioBlockOptions { Queues = 3, QueueSize = 128 });

        Assert.Equal(1UL << 21, BitConverter.ToUInt64(Configuration(0, 8)));
        Assert.Equal(126u, BitConverter.ToUInt32(Configuration(12, 4)));
        Assert.Equal(512u, BitConverter.ToUInt32(Configuration(20, 4)));
        Assert.Equal([1], Configuration(VirtioBlockRules.WritebackOffset, 1));
        Assert.Equal(3, BitConverter.ToUInt16(Configuration(34, 2)));
        Assert.Equal(VirtioBlockRules.MaxDiscardSectors, BitConverter.ToUInt32(Configuration(36, 4)));
        Assert.Equal((uint)VirtioBlockRules.MaxRanges, BitConverter.ToUInt32(Configuration(40, 4)));
        Assert.Equal([0, 0, 0, 0], Configuration(58, 4));
    }

    [Fact]
    public void Steady_reading_and_writing_allocates_nothing()
    {
        Attach(new MemoryBackend(_contents));
        var queue = _disk.Queues[0];
        _memory.Guest.TryWrite(Requests, new BlockRequestHeader(BlockRequestType.In, 0, 3));
        _queue.WriteDescriptor(0, new Descriptor(Requests, 16, DescriptorFlags.Next, 1));
        _queue.WriteDescriptor(1, new Descriptor(Data, 513, DescriptorFlags.Write, 0));
        Round(100);

        Assert.Equal(0, Allocations.Least(() => Round(1000)));

        Assert.True(_queue.UsedIdx >= 1100 && _queue.UsedIdx % 1000 == 100, $"{_queue.UsedIdx}");

        void Round(int requests)
        {
            for (var i = 0; i < requests; i++)
            {
                _queue.OfferRaw(0);
                _queue.PublishRaw(_queue.AvailIdx);
                _disk.Service(queue);
            }
        }
    }

    public void Dispose() => _memory.Dispose();

    void Attach(IBlockBackend backend, VirtioBlockOptions? options = null)
    {
        _disk = new VirtioBlock(options ?? new VirtioBlockOptions(), backend, TimeProvider.System);
        _disk.Connect(_memory.Guest, _transport);
        var queue = _disk.Queues[0];
        _queue = new DriverQueue(_memory.Guest, Ring, queue.MaxSize, eventIdx: false);
        _commands = new BlockCommands(_memory, _queue, Requests);
        queue.SetAreas(_queue.Areas);
        queue.Enable(usesEventIdx: false, usesIndirect: true);
        queue.Start();
        _disk.Activate();
    }

    void Serve()
    {
        _queue.Publish();
        _disk.Service(_disk.Queues[0]);
    }

    byte[] Configuration(int offset, int length)
    {
        var data = new byte[length];
        _disk.ReadConfiguration(offset, data);
        return data;
    }

    static IEnumerable<DriverBuffer> Cut(ulong address, int length, int part, bool isWritable)
    {
        for (var at = 0; at < length; at += part) yield return new DriverBuffer(address + (ulong)at, (uint)Math.Min(part, length - at), isWritable);
    }
}
