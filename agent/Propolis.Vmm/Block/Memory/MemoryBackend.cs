using Propolis.Vmm.Memory;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Block.Memory;

/// <summary>A disk in this process's memory, for tests, blobs and speed measurements. Its contents are part of the machine's state. Requests complete while they are submitted.</summary>
public sealed class MemoryBackend : IBlockBackend, ISnapshot
{
    readonly Lock _gate = new();
    readonly byte[] _contents;

    /// <summary>A disk with the given contents, a multiple of the block size; the array belongs to the disk from then on.</summary>
    public MemoryBackend(byte[] contents, uint blockSize = 512, bool readOnly = false)
    {
        if (contents.Length == 0 || contents.Length % blockSize != 0)
            throw new BlockBackendException($"A memory disk of {contents.Length} bytes is not a multiple of its block size {blockSize}.");
        _contents = contents;
        Geometry = new BlockGeometry
        {
            BlockSize = blockSize,
            BlockCount = (ulong)contents.Length / blockSize,
            ReadOnly = readOnly,
            CanDiscard = !readOnly,
            HasWriteCache = false,
        };
    }

    /// <inheritdoc/>
    public BlockGeometry Geometry { get; }

    /// <summary>What the guest has done with the disk.</summary>
    public BlockCounters Counters { get; } = new();

    /// <inheritdoc/>
    public string Kind => "memory-disk";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Submit(BlockRequest request)
    {
        BlockStatus status;
        lock (_gate) status = Execute(request);
        Counters.Count(request, status);
        request.Complete(status);
    }

    /// <inheritdoc/>
    public void Export(StateWriter writer)
    {
        lock (_gate) writer.Write((ReadOnlySpan<byte>)_contents);
    }

    /// <inheritdoc/>
    public void Import(StateReader reader)
    {
        lock (_gate) reader.ReadBytes(_contents);
    }

    /// <inheritdoc/>
    public void Dispose() { }

    BlockStatus Execute(BlockRequest request)
    {
        if (request.Operation == BlockOperation.Flush) return BlockStatus.Success;
        var range = _contents.AsSpan((int)request.Offset, (int)request.Length);
        if (request.Operation == BlockOperation.Read)
            return GuestTransfer.CopyToGuest(request.Memory, request.Segments, range) ? BlockStatus.Success : BlockStatus.Failed;
        if (Geometry.ReadOnly) return BlockStatus.ReadOnly;
        if (request.Operation == BlockOperation.Write)
            return GuestTransfer.CopyFromGuest(request.Memory, request.Segments, range) ? BlockStatus.Success : BlockStatus.Failed;
        range.Clear();
        return BlockStatus.Success;
    }
}
