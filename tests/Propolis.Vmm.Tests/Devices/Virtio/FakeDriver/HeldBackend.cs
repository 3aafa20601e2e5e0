using Propolis.Vmm.Block;

namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>A disk whose requests end when the test says so, in the order it says.</summary>
sealed class HeldBackend(BlockGeometry geometry) : IBlockBackend
{
    readonly Lock _gate = new();
    readonly List<BlockRequest> _held = [];

    public BlockGeometry Geometry => geometry;

    /// <summary>Every operation submitted so far.</summary>
    public List<BlockOperation> Log { get; } = [];

    public int Held
    {
        get { lock (_gate) return _held.Count; }
    }

    public static HeldBackend WithSectors(ulong sectors, bool hasWriteCache = true) =>
        new(new BlockGeometry { BlockSize = 512, BlockCount = sectors, CanDiscard = true, HasWriteCache = hasWriteCache });

    public Task StartAsync(CancellationToken cancellation) => Task.CompletedTask;

    public void Submit(BlockRequest request)
    {
        lock (_gate)
        {
            _held.Add(request);
            Log.Add(request.Operation);
        }
    }

    /// <summary>Ends the request at <paramref name="index"/> of those held.</summary>
    public void Release(int index, BlockStatus status = BlockStatus.Success)
    {
        BlockRequest request;
        lock (_gate)
        {
            request = _held[index];
            _held.RemoveAt(index);
        }
        request.Complete(status);
    }

    public BlockRequest Peek(int index)
    {
        lock (_gate) return _held[index];
    }

    public void Dispose() { }
}
