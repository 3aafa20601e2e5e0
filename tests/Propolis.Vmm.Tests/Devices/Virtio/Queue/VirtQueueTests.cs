using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.Queue;

public sealed class VirtQueueTests : IDisposable
{
    const ulong Ring = 0x1000;
    const ulong Table = 0x1_0000;
    const ulong Data = 0x2_0000;

    readonly TestMemory _memory = new();
    readonly DescriptorChain _chain = new();

    [Fact]
    public void Chain_arrives_with_its_parts_in_order()
    {
        var (queue, driver) = Running();
        driver.Add(new(Data, 16, false), new(Data + 0x100, 8, false), new(Data + 0x200, 32, true));
        driver.Publish();

        Assert.Equal(PopResult.Popped, queue.TryPop(_chain));

        Assert.Equal([(Data, 16u), (Data + 0x100, 8u)], _chain.Readable.ToArray().Select(s => (s.Address, s.Length)));
        Assert.Equal([(Data + 0x200, 32u)], _chain.Writable.ToArray().Select(s => (s.Address, s.Length)));
        Assert.Equal((24u, 32u), (_chain.ReadableLength, _chain.WritableLength));
        Assert.Equal(1, queue.InFlight);
        Assert.Equal(PopResult.Empty, queue.TryPop(_chain));
    }

    [Fact]
    public void Indirect_table_follows_direct_descriptors()
    {
        var (queue, driver) = Running();
        Write(Table, new Descriptor(Data + 0x100, 5, DescriptorFlags.Next, 1), new Descriptor(Data + 0x200, 6, DescriptorFlags.Write, 0));
        driver.WriteDescriptor(0, new Descriptor(Data, 4, DescriptorFlags.Next, 1));
        driver.WriteDescriptor(1, new Descriptor(Table, 32, DescriptorFlags.Indirect | DescriptorFlags.Write, 0));
        driver.OfferRaw(0);
        driver.Publish();

        Assert.Equal(PopResult.Popped, queue.TryPop(_chain));

        Assert.Equal((9u, 6u), (_chain.ReadableLength, _chain.WritableLength));
    }

    [Fact]
    public void Copies_cross_segments()
    {
        var (queue, driver) = Running();
        _memory.Write(Data, "abc"u8);
        _memory.Write(Data + 0x100, "defgh"u8);
        driver.Add(new(Data, 3, false), new(Data + 0x100, 5, false), new(Data + 0x200, 2, true), new(Data + 0x300, 0, true), new(Data + 0x400, 4, true));
        driver.Publish();
        queue.TryPop(_chain);
        var middle = new byte[4];

        Assert.True(_chain.TryCopyFrom(_memory.Guest, 2, middle));
        Assert.True(_chain.TryCopyTo(_memory.Guest, 1, "XYZ"u8));

        Assert.Equal("cdef"u8, middle);
        Assert.Equal("\0X"u8, _memory.Bytes(Data + 0x200, 2));
        Assert.Equal("YZ\0\0"u8, _memory.Bytes(Data + 0x400, 4));
        Assert.False(_chain.TryCopyFrom(_memory.Guest, 5, middle));
        Assert.False(_chain.TryCopyTo(_memory.Guest, 4, "abc"u8));
        Assert.True(_chain.TryFindLastWritable(out var last));
        Assert.Equal(Data + 0x403, last);
    }

    [Fact]
    public void Cycle_is_misuse()
    {
        var (queue, driver) = Running();
        driver.WriteDescriptor(0, new Descriptor(Data, 1, DescriptorFlags.Next, 1));
        driver.WriteDescriptor(1, new Descriptor(Data, 1, DescriptorFlags.Next, 0));

        Misuses(queue, driver, 0, QueueMisuse.ChainTooLong);
    }

    [Fact]
    public void Cycle_in_an_indirect_table_is_misuse()
    {
        var (queue, driver) = Running();
        Write(Table, new Descriptor(Data, 1, DescriptorFlags.Next, 1), new Descriptor(Data, 1, DescriptorFlags.Next, 0));
        driver.WriteDescriptor(0, new Descriptor(Table, 32, DescriptorFlags.Indirect, 0));

        Misuses(queue, driver, 0, QueueMisuse.ChainTooLong);
    }

    [Fact]
    public void Head_outside_the_table_is_misuse()
    {
        var (queue, driver) = Running();

        Misuses(queue, driver, 16, QueueMisuse.HeadOutOfRange);
    }

    [Fact]
    public void Next_outside_the_table_is_misuse()
    {
        var (queue, driver) = Running();
        driver.WriteDescriptor(0, new Descriptor(Data, 1, DescriptorFlags.Next, 16));

        Misuses(queue, driver, 0, QueueMisuse.NextOutOfRange);
    }

    [Fact]
    public void Readable_behind_writable_is_misuse()
    {
        var (queue, driver) = Running();
        driver.WriteDescriptor(0, new Descriptor(Data, 1, DescriptorFlags.Next | DescriptorFlags.Write, 1));
        driver.WriteDescriptor(1, new Descriptor(Data, 1, DescriptorFlags.None, 0));

        Misuses(queue, driver, 0, QueueMisuse.ReadableAfterWritable);
    }

    [Fact]
    public void Chain_of_4_GiB_is_misuse()
    {
        var (queue, driver) = Running();
        driver.WriteDescriptor(0, new Descriptor(Data, 0xffff_ffff, DescriptorFlags.Next, 1));
        driver.WriteDescriptor(1, new Descriptor(Data, 1, DescriptorFlags.None, 0));

        Misuses(queue, driver, 0, QueueMisuse.ChainTooLarge);
    }

    [Theory]
    [InlineData(0u, DescriptorFlags.Indirect)]
    [InlineData(17u, DescriptorFlags.Indirect)]
    [InlineData(16u, DescriptorFlags.Indirect | DescriptorFlags.Next)]
    public void Malformed_indirect_descriptor_is_misuse(uint length, DescriptorFlags flags)
    {
        var (queue, driver) = Running();
        driver.WriteDescriptor(0, new Descriptor(Table, length, flags, 1));

        Misuses(queue, driver, 0, QueueMisuse.IndirectMalformed);
    }

    [Fact]
    public void Nested_indirect_table_is_misuse()
    {
        var (queue, driver) = Running();
        Write(Table, new Descriptor(Table, 16, DescriptorFlags.Indirect, 0));
        driver.WriteDescriptor(0, new Descriptor(Table, 16, DescriptorFlags.Indirect, 0));

        Misuses(queue, driver, 0, QueueMisuse.IndirectMalformed);
    }

    [Fact]
    public void Indirect_table_outside_memory_is_misuse()
    {
        var (queue, driver) = Running();
        driver.WriteDescriptor(0, new Descriptor(1UL << 40, 16, DescriptorFlags.Indirect, 0));

        Misuses(queue, driver, 0, QueueMisuse.NotInMemory);
    }

    [Fact]
    public void Indirect_table_that_was_not_agreed_is_misuse()
    {
        var (queue, driver) = Running(usesIndirect: false);
        driver.WriteDescriptor(0, new Descriptor(Table, 16, DescriptorFlags.Indirect, 0));

        Misuses(queue, driver, 0, QueueMisuse.IndirectNotNegotiated);
    }

    [Fact]
    public void Index_too_far_ahead_is_misuse()
    {
        var (queue, driver) = Running();
        driver.PublishRaw(17);

        Assert.Equal(PopResult.Misused, queue.TryPop(_chain));
        Assert.Equal(QueueMisuse.AvailIdxOutOfRange, queue.Misuse);
    }

    [Theory]
    [InlineData(0x1001UL, Ring, Ring)]
    [InlineData(Ring, Ring + 1, Ring)]
    [InlineData(Ring, Ring, Ring + 2)]
    [InlineData(1UL << 40, Ring, Ring)]
    [InlineData(Ring, 0xf_fffcUL, Ring)]
    [InlineData(Ring, Ring, ulong.MaxValue - 3)]
    public void Areas_that_are_misaligned_or_outside_memory_are_misuse(ulong descriptors, ulong avail, ulong used)
    {
        var queue = new VirtQueue(0, 16);
        queue.Connect(_memory.Guest);

        queue.SetAreas(new QueueAreas(descriptors, avail, used));
        queue.Enable(usesEventIdx: false, usesIndirect: false);
        queue.Start();

        Assert.Equal(QueueMisuse.NotInMemory, queue.Misuse);
        Assert.Equal(PopResult.Empty, queue.TryPop(_chain));
    }

    [Fact]
    public void Used_entries_are_seen_when_published()
    {
        var (queue, driver) = Running();
        var first = driver.Add(new DriverBuffer(Data, 8, true));
        var second = driver.Add(new DriverBuffer(Data, 8, true));
        driver.Publish();
        queue.TryPop(_chain);
        queue.TryPop(_chain);

        queue.AddUsed(second, queue.Generation, 3);
        Assert.False(driver.TryTakeUsed(out _));
        queue.AddUsed(first, queue.Generation, 5);
        queue.Publish();

        Assert.True(driver.TryTakeUsed(out var used));
        Assert.Equal(new UsedElement(second, 3), used);
        Assert.True(driver.TryTakeUsed(out used));
        Assert.Equal(new UsedElement(first, 5), used);
        Assert.Equal(0, queue.InFlight);
    }

    [Fact]
    public void Rewound_chains_come_again()
    {
        var (queue, driver) = Running();
        driver.Add(new DriverBuffer(Data, 8, true));
        driver.Add(new DriverBuffer(Data + 8, 8, true));
        driver.Publish();
        queue.TryPop(_chain);
        queue.AddUsed(_chain.Head, _chain.Generation, 8);
        queue.TryPop(_chain);

        queue.Rewind(2);
        queue.Publish();

        Assert.Equal(0, queue.InFlight);
        Assert.Equal(0, driver.UsedIdx);
        Assert.Equal(PopResult.Popped, queue.TryPop(_chain));
        Assert.Equal(Data, _chain.Writable[0].Address);
    }

    [Fact]
    public void Ring_goes_round_many_times()
    {
        var (queue, driver) = Running(size: 4);

        for (var i = 0; i < 70_000; i++)
        {
            driver.Add(new DriverBuffer(Data, 8, true));
            driver.Publish();
            Assert.Equal(PopResult.Popped, queue.TryPop(_chain));
            queue.AddUsed(_chain.Head, _chain.Generation, (uint)i);
            queue.Publish();
            Assert.True(driver.TryTakeUsed(out var used));
            Assert.Equal((uint)i, used.Length);
        }
        Assert.Equal(unchecked((ushort)70_000), driver.UsedIdx);
    }

    [Fact]
    public void Stale_chain_is_counted_and_changes_nothing()
    {
        var (queue, driver) = Running();
        driver.Add(new DriverBuffer(Data, 8, true));
        driver.Publish();
        queue.TryPop(_chain);

        queue.Reset();
        Assert.True(queue.HasStale);
        Assert.False(queue.AddUsed(_chain.Head, _chain.Generation, 8));
        queue.Publish();

        Assert.False(queue.HasStale);
        Assert.Equal(0, driver.UsedIdx);
    }

    [Fact]
    public async Task Pause_ends_with_the_last_chain_in_flight()
    {
        var (queue, driver) = Running();
        driver.Add(new DriverBuffer(Data, 8, true));
        driver.Add(new DriverBuffer(Data, 8, true));
        driver.Publish();
        queue.TryPop(_chain);

        var paused = queue.PauseAsync();
        Assert.False(paused.IsCompleted);
        Assert.Equal(PopResult.Empty, queue.TryPop(new DescriptorChain()));
        queue.AddUsed(_chain.Head, _chain.Generation, 8);
        queue.Publish();
        await paused.WaitAsync(TimeSpan.FromSeconds(20));

        queue.Resume();
        Assert.Equal(PopResult.Popped, queue.TryPop(_chain));
    }

    [Fact]
    public void Without_event_idx_flags_speak()
    {
        var (queue, driver) = Running(usesEventIdx: false);
        queue.SuppressDoorbells();
        driver.Add(new DriverBuffer(Data, 8, true));
        Assert.False(driver.Publish());
        Assert.True(queue.RearmDoorbells());
        Assert.Equal(0, driver.UsedFlags);

        driver.SuppressInterrupts();
        queue.TryPop(_chain);
        queue.AddUsed(_chain.Head, _chain.Generation, 0);
        queue.Publish();
        Assert.False(queue.TakeInterrupt());
        Assert.True(driver.ArmInterrupt());
        Assert.False(queue.RearmDoorbells());
    }

    [Fact]
    public void Doorbell_is_asked_for_behind_chains_that_do_not_suffice()
    {
        var (queue, driver) = Running();
        driver.Add(new DriverBuffer(Data, 8, true));
        driver.Publish();

        Assert.True(queue.RearmDoorbells());
        Assert.False(queue.RearmDoorbells(known: 1));
        Assert.Equal(1, driver.AvailEvent);
        driver.Add(new DriverBuffer(Data, 8, true));

        Assert.True(driver.Publish());
        Assert.True(queue.RearmDoorbells(known: 1));
    }

    [Fact]
    public void Snapshot_goes_on_where_the_ring_was()
    {
        var (queue, driver) = Running();
        for (var i = 0; i < 5; i++)
        {
            driver.Add(new DriverBuffer(Data, 8, true));
            driver.Publish();
            queue.TryPop(_chain);
            queue.AddUsed(_chain.Head, _chain.Generation, 8);
            queue.Publish();
            driver.TryTakeUsed(out _);
        }
        driver.Add(new DriverBuffer(Data + 0x40, 8, true));
        driver.Publish();
        var writer = new StateWriter();
        queue.Export(writer);

        var copy = new VirtQueue(0, 16);
        copy.Connect(_memory.Guest);
        var reader = new StateReader(writer.Written.ToArray(), "queue");
        copy.Import(reader);
        reader.ExpectEnd();

        Assert.Equal(PopResult.Popped, copy.TryPop(_chain));
        Assert.Equal(Data + 0x40, _chain.Writable[0].Address);
        copy.AddUsed(_chain.Head, _chain.Generation, 8);
        copy.Publish();
        Assert.True(driver.TryTakeUsed(out _));
        Assert.Equal(6, driver.UsedIdx);
    }

    [Fact]
    public void Snapshot_of_a_ring_outside_this_memory_is_refused()
    {
        var (queue, _) = Running();
        var writer = new StateWriter();
        queue.Export(writer);
        using var smaller = new TestMemory(0x1000);
        var copy = new VirtQueue(0, 16);
        copy.Connect(smaller.Guest);

        var refusal = Assert.Throws<StateFormatException>(() => copy.Import(new StateReader(writer.Written.ToArray(), "queue")));

        Assert.Contains("queue 0 does not lie in this machine's memory", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _memory.Dispose();

    (VirtQueue Queue, DriverQueue Driver) Running(ushort size = 16, bool usesEventIdx = true, bool usesIndirect = true)
    {
        var queue = new VirtQueue(0, size);
        var driver = new DriverQueue(_memory.Guest, Ring, size, usesEventIdx);
        queue.Connect(_memory.Guest);
        queue.SetAreas(driver.Areas);
        queue.Enable(usesEventIdx, usesIndirect);
        queue.Start();
        return (queue, driver);
    }

    void Misuses(VirtQueue queue, DriverQueue driver, ushort head, QueueMisuse expected)
    {
        driver.OfferRaw(head);
        driver.Publish();

        Assert.Equal(PopResult.Misused, queue.TryPop(_chain));
        Assert.Equal(expected, queue.Misuse);
        Assert.True(queue.TakeMisuseReport());
        Assert.False(queue.TakeMisuseReport());
        Assert.Equal(PopResult.Empty, queue.TryPop(_chain));
        Assert.Equal(0, queue.InFlight);
    }

    void Write(ulong table, params ReadOnlySpan<Descriptor> descriptors)
    {
        for (var i = 0; i < descriptors.Length; i++) Assert.True(_memory.Guest.TryWrite(table + 16 * (ulong)i, descriptors[i]));
    }
}
