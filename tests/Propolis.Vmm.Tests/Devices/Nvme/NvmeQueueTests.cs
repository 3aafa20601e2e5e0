using Propolis.Vmm.Block;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Nvme;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Nvme;

public sealed class NvmeQueueTests
{
    static readonly BlockGeometry Geometry = new() { BlockSize = 512, BlockCount = 2048 };
    static readonly SubmissionQueueEntry Read = NvmeDriver.Transfer(NvmOpcode.Read, 0, 1, NvmeDriver.Data);

    [Fact]
    public void Thousand_commands_go_round_a_small_queue()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 5);

        for (var i = 0; i < 1000; i++) NvmeDriver.AssertSuccess(driver.Run(1, Read));

        Assert.Equal(1000, driver.Chip.Counters.Reads);
    }

    [Fact]
    public void Full_completion_queue_holds_commands_back_until_it_is_read()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 8);
        for (var i = 0; i < 7; i++) driver.Put(1, Read);
        driver.Pair(1).RingTail();
        driver.Pump();
        var first = driver.Pair(1).Peek();
        for (var i = 0; i < 7; i++) driver.Put(1, Read);
        driver.Pair(1).RingTail();
        driver.Pump();

        Assert.Equal(7, first.Count);
        Assert.Empty(driver.Pair(1).Peek());
        Assert.Equal(7, driver.Chip.Counters.Reads);
        driver.Pair(1).RingHead();
        Assert.Equal(7, driver.Pair(1).Take().Count);
    }

    [Fact]
    public void In_flight_commands_are_bounded_and_go_on_as_slots_come_back()
    {
        var disk = new HeldBackend(Geometry);
        using var driver = new NvmeDriver(disk);
        driver.Enable();
        var memory = driver.Memory.Guest;
        const uint entries = 4096;
        const ulong submission = 0x40_0000;
        const ulong completion = 0x80_0000;
        NvmeDriver.AssertSuccess(driver.Admin(AdminOpcode.CreateCompletionQueue, prp1: completion, cdw10: 1 | (entries - 1) << 16, cdw11: 1));
        NvmeDriver.AssertSuccess(driver.Admin(AdminOpcode.CreateSubmissionQueue, prp1: submission, cdw10: 1 | (entries - 1) << 16, cdw11: 1 | 1 << 16));
        for (ulong i = 0; i < 2000; i++) memory.TryWrite(submission + i * 64, Read with { CommandId = (ushort)i });

        driver.WriteRegister(RegisterOffset.Doorbells + 8, 2000);
        Assert.Equal(NvmeSlots.Capacity, disk.Held.Count);
        for (var i = 0; i < 500; i++) disk.End(0);
        driver.Pump();
        Assert.Equal(NvmeSlots.Capacity, disk.Held.Count);
        while (disk.Held.Count > 0)
        {
            disk.EndAll();
            driver.Pump();
        }

        Assert.Equal(2000, driver.Chip.Counters.Reads);
    }

    [Fact]
    public void Doorbells_that_make_no_sense_are_reported_and_ignored()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 8);
        for (var i = 0; i < 2; i++) driver.Send(0, new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.AsynchronousEventRequest });

        driver.WriteRegister(RegisterOffset.Doorbells + 8, 8);
        var reported = Assert.Single(driver.Pair(0).Take());
        Assert.Equal(0x0001_0100u, reported.Result);
        driver.WriteRegister(RegisterOffset.Doorbells + 7 * 8, 0);
        Assert.Empty(driver.Pair(0).Take());
        driver.Send(0, new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.GetLogPage, Prp1 = NvmeDriver.Data, Cdw10 = 1 });
        var answers = driver.Pair(0).Take();

        Assert.Equal(0x0001_0000u, answers[1].Result);
        Assert.Equal(2, driver.Chip.Counters.RejectedDoorbells);
        Assert.Equal(1u, driver.Status);
        NvmeDriver.AssertSuccess(driver.Run(1, Read));
    }

    [Fact]
    public void Acknowledging_more_than_was_posted_is_rejected()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 8);
        driver.Send(1, Read);

        driver.WriteRegister(RegisterOffset.Doorbells + 12, 3);

        Assert.Equal(1, driver.Chip.Counters.RejectedDoorbells);
        Assert.Single(driver.Pair(1).Take());
    }

    [Fact]
    public void Interrupts_follow_the_vector_and_come_once_for_a_batch()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 64);
        driver.Attachment.Interrupts.Clear();

        for (var i = 0; i < 10; i++) driver.Put(1, Read);
        driver.Pair(1).RingTail();
        driver.Pump();

        Assert.Equal([1], driver.Attachment.Interrupts);
    }

    [Fact]
    public void Pin_is_high_while_something_is_unread_and_unmasked()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 64);
        driver.Attachment.UsesPin = true;
        Assert.False(driver.Chip.IsPinHigh);

        driver.Send(1, Read);
        Assert.True(driver.Chip.IsPinHigh);
        driver.WriteRegister(RegisterOffset.InterruptMaskSet, 2);
        Assert.False(driver.Chip.IsPinHigh);
        driver.WriteRegister(RegisterOffset.InterruptMaskClear, 2);
        Assert.True(driver.Chip.IsPinHigh);
        driver.Pair(1).Take();
        Assert.False(driver.Chip.IsPinHigh);
    }

    [Fact]
    public void Nothing_is_fetched_without_bus_mastering()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]));
        driver.Attachment.IsBusMaster = false;
        driver.Send(1, Read);
        Assert.Empty(driver.Pair(1).Take());

        driver.Attachment.IsBusMaster = true;
        driver.Attachment.Wake();
        driver.Pump();
        Assert.Single(driver.Pair(1).Take());
    }

    [Fact]
    public void Shadow_doorbells_replace_the_register()
    {
        using var driver = Shadowed(new MemoryBackend(new byte[1 << 20]));
        var pair = driver.Pair(1);
        var rings = 0;

        for (var i = 0; i < 100; i++)
        {
            driver.Put(1, Read);
            if (pair.StoreShadow(isCompletion: false)) driver.WriteRegister(RegisterOffset.Doorbells + 8, pair.Tail);
            Assert.Single(pair.Peek());
            if (pair.StoreShadow(isCompletion: true)) rings++;
        }

        Assert.Equal(100, driver.Chip.Counters.Reads);
        // Where a head wraps around, 16-bit arithmetic passes every event index: once in eight.
        Assert.InRange(rings, 0, 100 / 8 + 1);
        Assert.Equal(2u, driver.Chip.ShadowedQueues);
    }

    [Fact]
    public void Commands_that_come_while_busy_need_no_ring()
    {
        var disk = new HeldBackend(Geometry);
        using var driver = Shadowed(disk);
        var pair = driver.Pair(1);
        driver.Put(1, Read);
        Assert.True(pair.StoreShadow(isCompletion: false));
        driver.Put(1, Read);
        Assert.False(pair.StoreShadow(isCompletion: false));

        driver.Attachment.Wake();
        driver.Pump();

        Assert.Equal(2, disk.Held.Count);
    }

    [Fact]
    public void Full_completion_queue_asks_for_a_ring_of_its_head()
    {
        using var driver = Shadowed(new MemoryBackend(new byte[1 << 20]));
        var pair = driver.Pair(1);
        for (var i = 0; i < 7; i++) driver.Put(1, Read);
        pair.StoreShadow(isCompletion: false);
        driver.WriteRegister(RegisterOffset.Doorbells + 8, pair.Tail);
        driver.Put(1, Read);
        pair.StoreShadow(isCompletion: false);
        driver.WriteRegister(RegisterOffset.Doorbells + 8, pair.Tail);
        Assert.Equal(7, pair.Peek().Count);

        Assert.True(pair.StoreShadow(isCompletion: true));
        pair.RingHead();

        Assert.Single(pair.Peek());
    }

    [Fact]
    public void Shadows_that_were_in_use_before_they_were_announced_are_followed()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 8);
        var pair = driver.Pair(1);
        for (var i = 0; i < 3; i++) driver.Run(1, Read);
        pair.StoreShadow(isCompletion: true);
        // The driver stored the fourth tail and, seeing an event index of zero, did not ring.
        driver.Put(1, Read);
        pair.StoreShadow(isCompletion: false);

        NvmeDriver.AssertSuccess(driver.Admin(AdminOpcode.DoorbellBufferConfig, prp1: NvmeDriver.Shadows, prp2: NvmeDriver.EventIndexes));
        driver.Pump();

        Assert.Single(pair.Peek());
    }

    [Fact]
    public void Shadow_outside_the_queue_is_rejected_without_spinning()
    {
        using var driver = Shadowed(new MemoryBackend(new byte[1 << 20]));
        driver.Memory.Guest.TryWrite(NvmeDriver.Shadows + 8, 0x8000_0001u);

        driver.WriteRegister(RegisterOffset.Doorbells + 8, 1);

        Assert.True(driver.Chip.Counters.RejectedDoorbells > 0);
        Assert.Empty(driver.Pair(1).Peek());
    }

    [Fact]
    public void Shadows_end_with_a_reset()
    {
        using var driver = Shadowed(new MemoryBackend(new byte[1 << 20]));
        driver.WriteRegister(RegisterOffset.Configuration, 0);
        driver.Enable();
        driver.CreatePair(1, 8);

        NvmeDriver.AssertSuccess(driver.Run(1, Read));
        Assert.Equal(0u, driver.Chip.ShadowedQueues);
    }

    [Theory]
    [InlineData(0, NvmeDriver.EventIndexes)]
    [InlineData(NvmeDriver.Shadows, 0)]
    [InlineData(NvmeDriver.Shadows + 8, NvmeDriver.EventIndexes)]
    [InlineData(NvmeDriver.Shadows, NvmeDriver.MemoryLength)]
    public void Wrong_doorbell_buffers_are_refused(ulong shadows, ulong eventIndexes)
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]));

        var answer = driver.Admin(AdminOpcode.DoorbellBufferConfig, prp1: shadows, prp2: eventIndexes);

        Assert.Equal(NvmeStatus.InvalidField, NvmeDriver.StatusOf(answer));
    }

    [Fact]
    public async Task Pause_waits_for_what_is_in_flight_and_fetches_nothing_more()
    {
        var disk = new HeldBackend(Geometry);
        using var driver = NvmeDriver.Ready(disk);
        driver.Send(1, Read);

        var paused = driver.Chip.PauseAsync();
        driver.Send(1, Read);
        Assert.False(paused.IsCompleted);
        disk.End(0);
        driver.Pump();
        await paused;
        Assert.Empty(disk.Held);

        driver.Chip.Resume();
        driver.Pump();
        Assert.Single(disk.Held);
    }

    [Fact]
    public async Task Machine_goes_on_elsewhere_where_it_was_paused()
    {
        var contents = new byte[1 << 20];
        using var memory = new TestMemory(NvmeDriver.MemoryLength);
        var source = new NvmeDriver(new MemoryBackend(contents), memory);
        source.Enable();
        source.CreatePair(1, 8);
        NvmeDriver.AssertSuccess(source.Admin(AdminOpcode.DoorbellBufferConfig, prp1: NvmeDriver.Shadows, prp2: NvmeDriver.EventIndexes));
        source.Send(0, new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.AsynchronousEventRequest });
        for (var i = 0; i < 11; i++) RunShadowed(source);
        await Paused(source);
        source.Put(1, Read);
        source.Pair(1).StoreShadow(isCompletion: false);

        var target = new NvmeDriver(new MemoryBackend(contents), memory);
        target.Chip.Import(new StateReader(Exported(source.Chip), "disk0"));
        target.Chip.Resume();
        target.Pump();

        Assert.Single(source.Pair(1).Peek());
        Assert.Equal(12, target.Chip.Counters.Reads);
        Assert.Equal(1u, target.Status);
        // The parked request came along: a bad doorbell on the target is reported with it.
        target.WriteRegister(RegisterOffset.Doorbells + 14 * 8, 1);
        Assert.Equal(0x0001_0000u, Assert.Single(source.Pair(0).Peek()).Result);
        await Paused(target);
        Assert.NotEmpty(Exported(target.Chip));
    }

    [Fact]
    public void Snapshot_with_impossible_positions_is_refused()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 8);
        var state = Exported(driver.Chip);
        // The last queue written is submission queue 1 followed by fourteen absent ones: its head lies before its tail and those marks.
        BitConverter.TryWriteBytes(state.AsSpan(state.Length - 14 - 8), 8u);
        using var target = new NvmeDriver(new MemoryBackend(new byte[1 << 20]));

        var failure = Assert.Throws<StateFormatException>(() => target.Chip.Import(new StateReader(state, "disk0")));

        Assert.Equal("disk0: queue 1 of 8 entries cannot have its head at 8 and its tail at 0.", failure.Message);
    }

    [Fact]
    public void Steady_reading_and_writing_allocates_nothing()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 64);
        var write = NvmeDriver.Transfer(NvmOpcode.Write, 8, 16, NvmeDriver.Data, NvmeDriver.Data + 0x3000);
        uint tail = 0, head = 0;
        var bell = new byte[4];

        void Round(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                driver.Memory.Guest.TryWrite(0x4_8000 + tail * 64, (i & 1) == 0 ? Read : write);
                tail = (tail + 1) % 64;
                BitConverter.TryWriteBytes(bell, tail);
                driver.Chip.Write(RegisterOffset.Doorbells + 8, bell);
                driver.Chip.Service();
                head = (head + 1) % 64;
                BitConverter.TryWriteBytes(bell, head);
                driver.Chip.Write(RegisterOffset.Doorbells + 12, bell);
            }
        }

        driver.Attachment.Interrupts.Capacity = 16384;
        Round(100);
        Assert.Equal(0, Allocations.Least(() => Round(1000)));
        var done = driver.Chip.Counters.Reads + driver.Chip.Counters.Writes;
        Assert.True(done >= 1100 && done % 1000 == 100, $"{done}");
    }

    static NvmeDriver Shadowed(IBlockBackend disk)
    {
        var driver = NvmeDriver.Ready(disk, entries: 8);
        NvmeDriver.AssertSuccess(driver.Admin(AdminOpcode.DoorbellBufferConfig, prp1: NvmeDriver.Shadows, prp2: NvmeDriver.EventIndexes));
        return driver;
    }

    static void RunShadowed(NvmeDriver driver)
    {
        driver.Put(1, Read);
        driver.Pair(1).StoreShadow(isCompletion: false);
        driver.WriteRegister(RegisterOffset.Doorbells + 8, driver.Pair(1).Tail);
        Assert.Single(driver.Pair(1).Peek());
        driver.Pair(1).StoreShadow(isCompletion: true);
    }

    static async Task Paused(NvmeDriver driver)
    {
        var paused = driver.Chip.PauseAsync();
        driver.Pump();
        await paused;
    }

    static byte[] Exported(NvmeChip chip)
    {
        var writer = new StateWriter();
        chip.Export(writer);
        return writer.Written.ToArray();
    }
}
