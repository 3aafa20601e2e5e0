using Propolis.Vmm.Block;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Block;

/// <summary>What every writable backend of 1 MiB with 512-byte blocks must do.</summary>
public abstract class BlockBackendContract : IDisposable
{
    readonly TestMemory _memory = new();

    protected abstract IBlockBackend OpenDisk();

    [Fact]
    public async Task Written_segments_are_read_back_through_others()
    {
        using var disk = OpenDisk();
        await disk.StartAsync(CancellationToken.None);
        var run = new BlockOperations(disk, _memory);
        var bytes = Pattern(4096);
        _memory.Write(0x1000, bytes.AsSpan(0, 1024));
        _memory.Write(0x8000, bytes.AsSpan(1024));

        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.Write, 8192, 4096, new(0x1000, 1024), new(0x8000, 3072)));
        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.Read, 8192, 4096, new(0x20000, 2048), new(0x30000, 2048)));

        Assert.Equal(bytes, _memory.Bytes(0x20000, 2048).Concat(_memory.Bytes(0x30000, 2048)));
    }

    [Fact]
    public async Task Hundred_segments_are_one_request()
    {
        using var disk = OpenDisk();
        await disk.StartAsync(CancellationToken.None);
        var run = new BlockOperations(disk, _memory);
        var bytes = Pattern(100 * 512);
        _memory.Write(0x1000, bytes);
        var scattered = Enumerable.Range(0, 100).Select(i => new GuestSegment(0x20000 + (ulong)i * 1024, 512)).ToArray();

        run.Run(BlockOperation.Write, 0, (ulong)bytes.Length, new GuestSegment(0x1000, (uint)bytes.Length));
        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.Read, 0, (ulong)bytes.Length, scattered));

        Assert.Equal(bytes, scattered.SelectMany(s => _memory.Bytes(s.Address, 512)));
    }

    [Fact]
    public async Task Memory_that_the_guest_does_not_have_fails_the_request()
    {
        using var disk = OpenDisk();
        await disk.StartAsync(CancellationToken.None);
        var run = new BlockOperations(disk, _memory);

        Assert.Equal(BlockStatus.Failed, run.Run(BlockOperation.Read, 0, 512, new GuestSegment(0xffff_0000_0000, 512)));
        Assert.Equal(BlockStatus.Failed, run.Run(BlockOperation.Write, 0, 512, new GuestSegment(0xffff_0000_0000, 512)));
    }

    [Fact]
    public async Task Zeroes_replace_what_was_there()
    {
        using var disk = OpenDisk();
        await disk.StartAsync(CancellationToken.None);
        var run = new BlockOperations(disk, _memory);
        _memory.Write(0x1000, Pattern(8192));
        run.Run(BlockOperation.Write, 0, 8192, new GuestSegment(0x1000, 8192));

        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.WriteZeroes, 512, 4096));
        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.Discard, 4608, 512));
        Assert.Equal(BlockStatus.Success, run.Run(BlockOperation.Flush, 0, 0));
        run.Run(BlockOperation.Read, 0, 8192, new GuestSegment(0x8000, 8192));

        var pattern = Pattern(8192);
        Assert.Equal(pattern[..512], _memory.Bytes(0x8000, 512));
        Assert.Equal(new byte[4096], _memory.Bytes(0x8200, 4096));
        Assert.Equal(pattern[5120..], _memory.Bytes(0x9400, 8192 - 5120));
    }

    public void Dispose()
    {
        _memory.Dispose();
        CleanUp();
        GC.SuppressFinalize(this);
    }

    protected virtual void CleanUp() { }

    static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 + i / 256))];
}
