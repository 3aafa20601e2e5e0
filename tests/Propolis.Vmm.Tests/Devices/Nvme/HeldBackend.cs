using Propolis.Vmm.Block;

namespace Propolis.Vmm.Tests.Devices.Nvme;

/// <summary>A disk that keeps its requests until the test ends them, in any order, well or badly.</summary>
sealed class HeldBackend(BlockGeometry geometry) : IBlockBackend
{
    public List<BlockRequest> Held { get; } = [];

    public BlockGeometry Geometry => geometry;

    public Task StartAsync(CancellationToken cancellation) => Task.CompletedTask;

    public void Submit(BlockRequest request) => Held.Add(request);

    public void End(int index, BlockStatus status = BlockStatus.Success)
    {
        var request = Held[index];
        Held.RemoveAt(index);
        request.Complete(status);
    }

    public void EndAll()
    {
        while (Held.Count > 0) End(0);
    }

    public void Dispose() { }
}
