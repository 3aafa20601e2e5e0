using System.Collections.Concurrent;
using Propolis.Vmm.Block;

namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>A disk without contents that ends every request on one of two threads of its own, so that completions meet everything else a device does.</summary>
sealed class ThreadedBackend : IBlockBackend
{
    readonly BlockingCollection<BlockRequest> _requests = [];
    readonly Thread[] _threads;

    public ThreadedBackend()
    {
        _threads = [new Thread(Work), new Thread(Work)];
        foreach (var thread in _threads) thread.Start();
    }

    public BlockGeometry Geometry { get; } = new() { BlockSize = 512, BlockCount = 64 };

    public Task StartAsync(CancellationToken cancellation) => Task.CompletedTask;

    public void Submit(BlockRequest request) => _requests.Add(request);

    public void Dispose()
    {
        _requests.CompleteAdding();
        foreach (var thread in _threads) thread.Join();
        _requests.Dispose();
    }

    void Work()
    {
        foreach (var request in _requests.GetConsumingEnumerable()) request.Complete(BlockStatus.Success);
    }
}
