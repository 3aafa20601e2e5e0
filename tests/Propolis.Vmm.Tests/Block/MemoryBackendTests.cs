using Propolis.Vmm.Block;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.State;

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
    public void Size_must_be_whole_blocks()
    {
        var failure = Assert.Throws<BlockBackendException>(() => new MemoryBackend(new byte[1000]));

        Assert.Equal("A memory disk of 1000 bytes is not a multiple of its block size 512.", failure.Message);
    }
}
