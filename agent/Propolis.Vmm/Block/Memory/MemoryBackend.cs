using System.Globalization;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Block.Memory;

/// <summary>
/// A disk in this process's memory, for tests, blobs and speed measurements. Its contents are part of the machine's state. Only chunks that were written take memory.
/// Requests complete while they are submitted.
/// </summary>
public sealed class MemoryBackend : IBlockBackend, IBlockCounters, ISnapshot
{
    const int ChunkSize = 1 << 20;

    static readonly byte[] Zeroes = new byte[ChunkSize];

    readonly Lock _gate = new();
    readonly byte[]?[] _chunks;
    readonly int _chunkSize;

    /// <summary>A disk with the given contents, a multiple of the block size; the array belongs to the disk from then on.</summary>
    public MemoryBackend(byte[] contents, uint blockSize = 512, bool readOnly = false)
        : this((ulong)contents.Length, blockSize, readOnly, contents)
    {
    }

    /// <summary>A disk of <paramref name="length"/> zero bytes, a multiple of the block size.</summary>
    public MemoryBackend(ulong length, uint blockSize = 512, bool readOnly = false)
        : this(length, blockSize, readOnly, null)
    {
    }

    MemoryBackend(ulong length, uint blockSize, bool readOnly, byte[]? contents)
    {
        if (length == 0 || length % blockSize != 0)
            throw new BlockBackendException(string.Create(CultureInfo.InvariantCulture, $"A memory disk of {length} bytes is not a multiple of its block size {blockSize}."));
        // Contents that are given are one chunk, however long.
        _chunkSize = contents?.Length ?? ChunkSize;
        _chunks = contents is null ? new byte[]?[(length + ChunkSize - 1) / ChunkSize] : [contents];
        Geometry = new BlockGeometry
        {
            BlockSize = blockSize,
            BlockCount = length / blockSize,
            ReadOnly = readOnly,
            CanDiscard = !readOnly,
            HasWriteCache = false,
        };
    }

    /// <inheritdoc/>
    public BlockGeometry Geometry { get; }

    /// <inheritdoc/>
    public BlockCounters Counters { get; } = new();

    /// <inheritdoc/>
    public string Kind => "memory-disk";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public bool CanRehearse => false;

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

    /// <summary>Writes the length, then every run of at most 1 MiB that is not zero, with its offset.</summary>
    public void Export(StateWriter writer)
    {
        lock (_gate)
        {
            writer.Write(Geometry.Length);
            for (ulong offset = 0; offset < Geometry.Length; offset += ChunkSize)
            {
                var run = Run(offset, Math.Min(ChunkSize, Geometry.Length - offset), willWrite: false);
                if (!run.ContainsAnyExcept((byte)0)) continue;
                writer.Write(true);
                writer.Write(offset);
                writer.Write(run);
            }
            writer.Write(false);
        }
    }

    /// <inheritdoc/>
    public void Import(StateReader reader)
    {
        lock (_gate)
        {
            var length = reader.ReadUInt64();
            if (length != Geometry.Length) throw new StateFormatException($"{reader.Owner}: a disk of {length} bytes where {Geometry.Length} belong.");
            Clear(0, length);
            while (reader.ReadBoolean())
            {
                var offset = reader.ReadUInt64();
                var run = reader.ReadBytes();
                if (offset % ChunkSize != 0 || offset >= length || run.Length != (int)Math.Min(ChunkSize, length - offset))
                    throw new StateFormatException($"{reader.Owner}: {run.Length} bytes at {offset} do not belong to a disk of {length}.");
                run.CopyTo(Run(offset, (ulong)run.Length, willWrite: true));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() { }

    BlockStatus Execute(BlockRequest request)
    {
        if (request.Operation == BlockOperation.Flush) return BlockStatus.Success;
        if (request.Operation == BlockOperation.Read) return Transfer(request, toGuest: true);
        if (Geometry.ReadOnly) return BlockStatus.ReadOnly;
        if (request.Operation == BlockOperation.Write) return Transfer(request, toGuest: false);
        Clear(request.Offset, request.Length);
        return BlockStatus.Success;
    }

    /// <summary>Copies segment by segment, each in pieces that lie in one chunk.</summary>
    BlockStatus Transfer(BlockRequest request, bool toGuest)
    {
        var offset = request.Offset;
        foreach (var segment in request.Segments)
        {
            for (uint done = 0; done < segment.Length;)
            {
                var run = Run(offset, segment.Length - done, willWrite: !toGuest);
                var isCopied = toGuest ? request.Memory.TryWrite(segment.Address + done, run) : request.Memory.TryRead(segment.Address + done, run);
                if (!isCopied) return BlockStatus.Failed;
                done += (uint)run.Length;
                offset += (ulong)run.Length;
            }
        }
        return BlockStatus.Success;
    }

    void Clear(ulong offset, ulong length)
    {
        for (var end = offset + length; offset < end;)
        {
            var run = Run(offset, end - offset, willWrite: false);
            ref var chunk = ref _chunks[(int)(offset / (ulong)_chunkSize)];
            if (run.Length == _chunkSize && _chunks.Length > 1) chunk = null;
            else if (chunk is not null) run.Clear();
            offset += (ulong)run.Length;
        }
    }

    /// <summary>The disk's bytes from an offset, up to <paramref name="length"/> and to the end of their chunk.</summary>
    Span<byte> Run(ulong offset, ulong length, bool willWrite)
    {
        ref var chunk = ref _chunks[(int)(offset / (ulong)_chunkSize)];
        var start = (int)(offset % (ulong)_chunkSize);
        var count = (int)Math.Min(length, (ulong)(_chunkSize - start));
        if (chunk is null && willWrite) chunk = new byte[_chunkSize];
        return (chunk ?? Zeroes).AsSpan(start, count);
    }
}
