using Propolis.Vmm.Block;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Block;

public sealed class MemoryBackendTests : BlockBackendContract
{
    protected override IBlockBackend OpenDisk() => new MemoryBackend(new byte[1 << 20]);

    [Fact]
    public void Contents_are_part_of_the_state()
    {
        var writer = new StateWriter();
        new MemoryBackend([.. Enumerable.Repeat((byte)5, 512)]).Export(writer);
        var contents = new byte[512];

        new MemoryBackend(contents).Import(new StateReader(writer.Written.ToArray(), "disk"));

        Assert.All(contents, b => Assert.Equal(5, b));
    }

    [Fact]
    public void Large_disk_takes_no_memory_until_it_is_written()
    {
        const ulong length = 1UL << 40;
        using var memory = new TestMemory();
        using var disk = new MemoryBackend(length);
        var run = new BlockOperations(disk, memory);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        memory.Write(0, [1, 2, 3]);

        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.Write, length - (3 << 20) + 512, 512, new GuestSegment(0, 512)));
        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.Discard, length - (8 << 20), 5 << 20));
        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.Read, length - (3 << 20), 1024, new GuestSegment(4096, 1024)));

        Assert.Equal(new byte[512].Concat(new byte[] { 1, 2, 3 }), memory.Bytes(4096, 515));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 8 << 20);
    }

    [Fact]
    public void State_holds_what_was_written_and_replaces_what_is_there()
    {
        using var memory = new TestMemory();
        using var source = new MemoryBackend((ulong)(5 << 20) + 512);
        var run = new BlockOperations(source, memory);
        memory.Write(0, [7]);
        run.Run(BlockOperation.Write, 5 << 20, 512, new GuestSegment(0, 512));
        var writer = new StateWriter();
        source.Export(writer);
        using var target = new MemoryBackend((ulong)(5 << 20) + 512);
        run = new BlockOperations(target, memory);
        run.Run(BlockOperation.Write, 512, 512, new GuestSegment(0, 512));

        target.Import(new StateReader(writer.Written.ToArray(), "disk"));

        Assert.InRange(writer.Written.Length, 512, 600);
        run.Run(BlockOperation.Read, 5 << 20, 512, new GuestSegment(4096, 512));
        Assert.Equal(7, memory.Bytes(4096, 1)[0]);
        run.Run(BlockOperation.Read, 512, 512, new GuestSegment(4096, 512));
        Assert.Equal(0, memory.Bytes(4096, 1)[0]);
    }

    [Fact]
    public void State_of_a_disk_of_another_size_is_refused()
    {
        var writer = new StateWriter();
        new MemoryBackend(512UL).Export(writer);

        var failure = Assert.Throws<StateFormatException>(() => new MemoryBackend(1024UL).Import(new StateReader(writer.Written.ToArray(), "disk")));

        Assert.Equal("disk: a disk of 512 bytes where 1024 belong.", failure.Message);
    }

    [Fact]
    public void Size_must_be_whole_blocks()
    {
        var failure = Assert.Throws<BlockBackendException>(() => new MemoryBackend(new byte[1000]));

        Assert.Equal("A memory disk of 1000 bytes is not a multiple of its block size 512.", failure.Message);
    }
}
