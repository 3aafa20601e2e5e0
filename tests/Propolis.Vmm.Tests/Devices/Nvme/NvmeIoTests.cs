using System.Buffers.Binary;
using Propolis.Vmm.Block;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Nvme;
using Propolis.Vmm.Devices.Nvme.Wire;

namespace Propolis.Vmm.Tests.Devices.Nvme;

public sealed class NvmeIoTests : IDisposable
{
    readonly byte[] _contents = [.. Enumerable.Range(0, 4 << 20).Select(i => (byte)(i * 13 + i / 512))];
    readonly MemoryBackend _disk;
    readonly NvmeDriver _driver;

    public NvmeIoTests()
    {
        _disk = new MemoryBackend(_contents);
        _driver = NvmeDriver.Ready(_disk);
    }

    [Fact]
    public void Read_into_one_page()
    {
        Expect(NvmeStatus.Success, NvmeDriver.Transfer(NvmOpcode.Read, 3, 8, NvmeDriver.Data));

        Assert.Equal(_contents[1536..(1536 + 4096)], _driver.Memory.Bytes(NvmeDriver.Data, 4096));
    }

    [Fact]
    public void Read_across_two_pages_from_inside_the_first()
    {
        Expect(NvmeStatus.Success, NvmeDriver.Transfer(NvmOpcode.Read, 0, 8, NvmeDriver.Data + 512, NvmeDriver.Data + 0x5000));

        Assert.Equal(_contents[..3584], _driver.Memory.Bytes(NvmeDriver.Data + 512, 3584));
        Assert.Equal(_contents[3584..4096], _driver.Memory.Bytes(NvmeDriver.Data + 0x5000, 512));
    }

    [Fact]
    public void Largest_transfer_goes_through_a_list_that_is_chained()
    {
        // A list that begins in the last three slots of its page, so that its last slot leads to another.
        const ulong list = NvmeDriver.Data + 0x1000 - 24;
        const ulong next = NvmeDriver.Data + 0x1000;
        const ulong data = NvmeDriver.Data + 0x10_0000;
        for (ulong page = 1; page < 256; page++)
        {
            var slot = page <= 2 ? list + (page - 1) * 8 : next + (page - 3) * 8;
            _driver.Memory.Guest.TryWrite(slot, data + (256 - page) * 4096);
        }
        _driver.Memory.Guest.TryWrite(list + 16, next);

        Expect(NvmeStatus.Success, NvmeDriver.Transfer(NvmOpcode.Read, 0, 2048, data, list));

        Assert.Equal(_contents[..4096], _driver.Memory.Bytes(data, 4096));
        for (ulong page = 1; page < 256; page++)
            Assert.Equal(_contents[((int)page * 4096)..((int)page * 4096 + 4096)], _driver.Memory.Bytes(data + (256 - page) * 4096, 4096));
    }

    [Fact]
    public void Write_then_flush()
    {
        _driver.Memory.Write(NvmeDriver.Data, [1, 2, 3, 4]);

        Expect(NvmeStatus.Success, NvmeDriver.Transfer(NvmOpcode.Write, 100, 1, NvmeDriver.Data));
        Expect(NvmeStatus.Success, new SubmissionQueueEntry { Opcode = (byte)NvmOpcode.Flush, NamespaceId = NvmeRules.AllNamespaces });

        Assert.Equal([1, 2, 3, 4], _contents[51200..51204]);
        Assert.Equal((1, 1, 0), (_driver.Chip.Counters.Writes, _driver.Chip.Counters.SectorsWritten, _driver.Chip.Counters.Reads));
    }

    [Fact]
    public void Zeroes_and_deallocation()
    {
        Expect(NvmeStatus.Success, NvmeDriver.Transfer(NvmOpcode.WriteZeroes, 0, 2, 0));
        WriteRanges(NvmeDriver.Data, (10, 2), (0, 0), (20, 1));
        Expect(NvmeStatus.Success, Deallocate(NvmeDriver.Data, 3));

        Assert.All(_contents[..1024], b => Assert.Equal(0, b));
        Assert.All(_contents[5120..6144], b => Assert.Equal(0, b));
        Assert.NotEqual(0, _contents[6145]);
        Assert.All(_contents[10240..10752], b => Assert.Equal(0, b));
    }

    [Fact]
    public void One_range_off_the_disk_discards_nothing()
    {
        WriteRanges(NvmeDriver.Data, (10, 2), (8191, 2));

        Expect(NvmeStatus.LbaOutOfRange, Deallocate(NvmeDriver.Data, 2));

        Assert.NotEqual(0, _contents[5121]);
    }

    [Fact]
    public void Wrong_commands_are_refused()
    {
        var good = NvmeDriver.Transfer(NvmOpcode.Read, 0, 8, NvmeDriver.Data, NvmeDriver.Data);
        Expect(NvmeStatus.InvalidNamespace, good with { NamespaceId = 0 });
        Expect(NvmeStatus.InvalidNamespace, good with { NamespaceId = 2 });
        Expect(NvmeStatus.InvalidNamespace, good with { NamespaceId = NvmeRules.AllNamespaces });
        Expect(NvmeStatus.InvalidField, good with { Flags = 0x40 });
        Expect(NvmeStatus.InvalidField, good with { Flags = 1 });
        Expect(NvmeStatus.InvalidOpcode, good with { Opcode = 0x05 });
        Expect(NvmeStatus.LbaOutOfRange, good with { Cdw10 = 8185 });
        Expect(NvmeStatus.LbaOutOfRange, good with { Cdw10 = uint.MaxValue, Cdw11 = uint.MaxValue });
        Expect(NvmeStatus.InvalidField, NvmeDriver.Transfer(NvmOpcode.Read, 0, 2049, NvmeDriver.Data, NvmeDriver.Data));
        Expect(NvmeStatus.PrpOffsetInvalid, good with { Prp1 = NvmeDriver.Data + 2 });
        Expect(NvmeStatus.PrpOffsetInvalid, good with { Prp1 = NvmeDriver.Data + 512, Prp2 = NvmeDriver.Data + 8 });
        Expect(NvmeStatus.PrpOffsetInvalid, NvmeDriver.Transfer(NvmOpcode.Read, 0, 64, NvmeDriver.Data, NvmeDriver.Data + 4));
        Expect(NvmeStatus.DataTransferError, good with { Prp1 = NvmeDriver.MemoryLength });
        Expect(NvmeStatus.DataTransferError, NvmeDriver.Transfer(NvmOpcode.Read, 0, 64, NvmeDriver.Data, NvmeDriver.MemoryLength - 8 + 4096));
    }

    [Fact]
    public void List_entry_inside_a_page_is_refused()
    {
        _driver.Memory.Guest.TryWrite(NvmeDriver.Data, NvmeDriver.Data + 0x1000);
        _driver.Memory.Guest.TryWrite(NvmeDriver.Data + 8, NvmeDriver.Data + 0x2200);

        Expect(NvmeStatus.PrpOffsetInvalid, NvmeDriver.Transfer(NvmOpcode.Read, 0, 24, NvmeDriver.Data + 0x3000, NvmeDriver.Data));
    }

    [Fact]
    public void Read_only_disk_says_write_protected()
    {
        using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[4096], readOnly: true));

        Assert.Equal(NvmeStatus.WriteProtected, Run(driver, NvmeDriver.Transfer(NvmOpcode.Write, 0, 1, NvmeDriver.Data)));
        Assert.Equal(NvmeStatus.WriteProtected, Run(driver, NvmeDriver.Transfer(NvmOpcode.WriteZeroes, 0, 1, 0)));
        Assert.Equal(NvmeStatus.WriteProtected, Run(driver, Deallocate(NvmeDriver.Data, 1)));
        Assert.Equal(NvmeStatus.Success, Run(driver, NvmeDriver.Transfer(NvmOpcode.Read, 0, 1, NvmeDriver.Data)));
    }

    [Fact]
    public void Completion_is_exact_to_the_bit()
    {
        using var driver = NvmeDriver.Ready(_disk, 4);
        driver.Pair(1).Put(new SubmissionQueueEntry { Opcode = 0x7f, CommandId = 0xbeef, NamespaceId = 1 });
        driver.Pair(1).RingTail();
        driver.Pump();

        // Result 0, reserved, SQHD 1 and SQID 1, CID, then phase 1, status code 1, do-not-retry.
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0xef, 0xbe, 0x03, 0x80], driver.Pair(1).CompletionBytes(0));
    }

    [Fact]
    public void Commands_complete_out_of_order()
    {
        var disk = new HeldBackend(_disk.Geometry);
        using var driver = NvmeDriver.Ready(disk);
        var first = driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Read, 0, 1, NvmeDriver.Data));
        var second = driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Read, 1, 1, NvmeDriver.Data));

        disk.End(1);
        Assert.Equal(second, (ushort)Assert.Single(driver.Pair(1).Take()).Status);
        disk.End(0);
        Assert.Equal(first, (ushort)Assert.Single(driver.Pair(1).Take()).Status);
    }

    [Fact]
    public void Failure_of_the_disk_is_a_media_error_that_is_logged_and_may_be_retried()
    {
        var disk = new HeldBackend(_disk.Geometry);
        using var driver = NvmeDriver.Ready(disk);
        driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Read, 7, 1, NvmeDriver.Data));
        disk.End(0, BlockStatus.Failed);
        driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Write, 8, 1, NvmeDriver.Data));
        disk.End(0, BlockStatus.Failed);

        var answers = driver.Pair(1).Take();
        Assert.Equal([NvmeStatus.UnrecoveredReadError.WithMore, NvmeStatus.WriteFault.WithMore], answers.Select(a => NvmeDriver.StatusOf(a)));
        Assert.Equal(2, driver.Chip.Counters.MediaErrors);
        NvmeDriver.AssertSuccess(driver.Admin(AdminOpcode.GetLogPage, prp1: NvmeDriver.Data, cdw10: 1 | 31u << 16));
        var log = driver.Memory.Bytes(NvmeDriver.Data, 128);
        Assert.Equal((2UL, 8UL), (BinaryPrimitives.ReadUInt64LittleEndian(log), BinaryPrimitives.ReadUInt64LittleEndian(log.AsSpan(16))));
        Assert.Equal((1UL, 7UL), (BinaryPrimitives.ReadUInt64LittleEndian(log.AsSpan(64)), BinaryPrimitives.ReadUInt64LittleEndian(log.AsSpan(80))));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Forced_unit_access_flushes_where_there_is_a_cache(bool hasCache, bool flushes)
    {
        var disk = new HeldBackend(new BlockGeometry { BlockSize = 512, BlockCount = 64, HasWriteCache = hasCache });
        using var driver = NvmeDriver.Ready(disk);
        driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Write, 0, 1, NvmeDriver.Data, flags: 1u << 30));

        disk.End(0);

        Assert.Equal(flushes, driver.Pair(1).Take().Count == 0);
        Assert.Equal(flushes, disk.Held.Any(r => r.Operation == BlockOperation.Flush));
        disk.EndAll();
    }

    [Fact]
    public void Cache_switched_off_makes_every_write_durable()
    {
        var disk = new HeldBackend(new BlockGeometry { BlockSize = 512, BlockCount = 64 });
        using var driver = NvmeDriver.Ready(disk);
        NvmeDriver.AssertSuccess(driver.Admin(AdminOpcode.SetFeatures, cdw10: (uint)FeatureId.VolatileWriteCache, cdw11: 0));
        driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Write, 0, 1, NvmeDriver.Data));

        disk.End(0);
        Assert.Empty(driver.Pair(1).Take());
        disk.End(0);

        NvmeDriver.AssertSuccess(Assert.Single(driver.Pair(1).Take()));
    }

    void Expect(NvmeStatus status, SubmissionQueueEntry command) => Assert.Equal(status, Run(_driver, command));

    static NvmeStatus Run(NvmeDriver driver, SubmissionQueueEntry command) => NvmeDriver.StatusOf(driver.Run(1, command));

    static SubmissionQueueEntry Deallocate(ulong ranges, uint count) => new()
    {
        Opcode = (byte)NvmOpcode.DatasetManagement,
        NamespaceId = 1,
        Prp1 = ranges,
        Cdw10 = count - 1,
        Cdw11 = 4,
    };

    void WriteRanges(ulong address, params (ulong Lba, uint Blocks)[] ranges)
    {
        foreach (var (lba, blocks) in ranges)
        {
            _driver.Memory.Guest.TryWrite(address, new DatasetRange(0, blocks, lba));
            address += DatasetRange.Size;
        }
    }

    public void Dispose() => _driver.Dispose();
}
