using Propolis.Vmm.Block;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Block;

public sealed class DetachableBackendTests : IDisposable
{
    readonly TestMemory _memory = new();
    readonly MemoryBackend _first = new(1 << 20, 512, false);
    readonly MemoryBackend _second = new(1 << 20, 512, false);
    int _opened;

    public void Dispose()
    {
        _memory.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task It_opens_at_the_start_and_not_before()
    {
        using var disk = new DetachableBackend("disk", _second.Geometry, OpenAsync);
        Assert.Equal((0, null), (_opened, disk.Inner));

        await disk.StartAsync(default);

        Assert.Equal(1, _opened);
        Assert.Equal(BlockStatus.Success, Write(disk));
    }

    [Fact]
    public async Task Released_it_takes_nothing_and_reclaimed_it_is_another()
    {
        using var disk = new DetachableBackend("disk", _first, OpenAsync);
        await disk.StartAsync(default);
        await disk.ReleaseAsync(default);
        await disk.ReleaseAsync(default);

        Assert.Equal(BlockStatus.Failed, Write(disk));
        Assert.Null(disk.Inner);
        await disk.ReclaimAsync(default);
        await disk.ReclaimAsync(default);

        Assert.Same(_second, disk.Inner);
        Assert.Equal(1, _opened);
        Assert.Equal(BlockStatus.Success, Write(disk));
    }

    [Fact]
    public async Task Another_disk_than_the_guest_knows_is_refused()
    {
        using var disk = new DetachableBackend("disk", _second.Geometry with { BlockCount = 7 }, OpenAsync);

        var refused = await Assert.ThrowsAsync<BlockBackendException>(() => disk.StartAsync(default));

        Assert.Equal("Disk 'disk' is not the one that the guest knows: it is 2048 blocks of 512 bytes now and was 7 blocks of 512 bytes.", refused.Message);
    }

    Task<IBlockBackend> OpenAsync(CancellationToken cancellation)
    {
        _opened++;
        return Task.FromResult<IBlockBackend>(_second);
    }

    BlockStatus Write(IBlockBackend disk) => new BlockOperations(disk, _memory).Run(BlockOperation.Write, 0, 512, new GuestSegment(0, 512));
}
