using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Block;

/// <summary>A flush from outside any device, while the machine is paused.</summary>
public sealed class BlockFlush : IBlockCompletion
{
    readonly TaskCompletionSource<BlockStatus> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    BlockFlush() { }

    /// <summary>Makes durable what the disk has acknowledged. Throws <see cref="BlockBackendException"/> when the disk says that it could not.</summary>
    public static async Task RunAsync(IBlockBackend disk, string name, CancellationToken cancellation)
    {
        if (disk.Geometry.ReadOnly || !disk.Geometry.HasWriteCache) return;
        var flush = new BlockFlush();
        var request = new BlockRequest(flush, new GuestMemory(), 0);
        request.Begin(BlockOperation.Flush, 0, 0);
        disk.Submit(request);
        var status = await flush._ended.Task.WaitAsync(cancellation);
        if (status is not (BlockStatus.Success or BlockStatus.Unsupported)) throw new BlockBackendException($"Disk '{name}' could not be flushed.");
    }

    void IBlockCompletion.Completed(BlockRequest request, BlockStatus status) => _ended.TrySetResult(status);
}
