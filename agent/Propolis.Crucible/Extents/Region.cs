using System.Buffers;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Extents;

/// <summary>
/// A region on disk: its definition, its fence and its extents. Requests in absolute blocks are checked here and split
/// over extents. Not safe for concurrent use; files of closed extents may be read by others.
/// </summary>
public sealed class Region : IDisposable
{
    readonly IFileTree _files;
    readonly RegionPaths _paths;
    readonly ExtentLayout _layout;
    readonly Extent?[] _extents;
    readonly int _flushWidth;
    readonly int _heldBytes;

    Region(IFileTree files, RegionPaths paths, RegionDefinition definition, bool readOnly, int flushWidth, int heldBytes)
    {
        _heldBytes = heldBytes;
        _flushWidth = flushWidth;
        _files = files;
        _paths = paths;
        _layout = ExtentLayout.Of(definition);
        _extents = new Extent?[definition.ExtentCount];
        Definition = definition;
        ReadOnly = readOnly;
    }

    /// <summary>Geometry and identity.</summary>
    public RegionDefinition Definition { get; }

    /// <summary>Whether it refuses every change.</summary>
    public bool ReadOnly { get; }

    /// <summary>Where its files are.</summary>
    public RegionPaths Paths => _paths;

    /// <summary>The highest generation promoted, or null when none ever was.</summary>
    public Fence? Fence { get; private set; }

    /// <summary>Makes a region in an empty or new directory. The definition comes last: without it there is no region.</summary>
    /// <exception cref="RegionException">The geometry is impossible or a region is there already.</exception>
    public static void Create(IFileTree files, string directory, in RegionDefinition definition)
    {
        if (definition.Check() is { } problem)
            throw new RegionException(problem);
        var paths = new RegionPaths(directory);
        if (files.Exists(paths.Definition))
            throw new RegionException($"{paths.Definition} is there already; a new region needs a directory of its own");
        files.CreateDirectory(directory);
        for (uint extent = 0; extent < definition.ExtentCount; extent++)
        {
            files.CreateDirectory(paths.ExtentDirectory(extent));
            if (files.Exists(paths.Extent(extent)))
                files.Delete(paths.Extent(extent));
            Extent.Create(files, paths.Extent(extent), ExtentLayout.Of(definition));
        }

        SyncDirectories(files, paths, definition.ExtentCount);
        DurableText.Replace(files, paths.Definition, RegionFile.Format(definition));
    }

    /// <summary>Opens a region, finishes repairs that a crash interrupted and opens all extents.</summary>
    /// <param name="files">The files.</param>
    /// <param name="directory">The region's directory.</param>
    /// <param name="readOnly">Refuse every change.</param>
    /// <param name="flushWidth">Extents to flush side by side.</param>
    /// <param name="heldBytes">Bytes of blocks of an extent that, written again before they were durable, may wait in memory for the next sync; with 0 each of them is a sync, as in the original.</param>
    /// <exception cref="RegionException">A file is missing or not of the format.</exception>
    public static Region Open(IFileTree files, string directory, bool readOnly, int flushWidth = 1, int heldBytes = HeldRewrites.DefaultBytes)
    {
        var paths = new RegionPaths(directory);
        var text = DurableText.Read(files, paths.Definition)
            ?? throw new RegionException($"{directory} holds no region: region.json is missing");
        var region = new Region(files, paths, RegionFile.Parse(text), readOnly, flushWidth, heldBytes);
        if (DurableText.Read(files, paths.Fence) is { } fence)
            region.Fence = Fence.Parse(fence);
        try
        {
            for (uint extent = 0; extent < region.Definition.ExtentCount; extent++)
            {
                if (!readOnly)
                    RepairRecovery.Finish(files, paths, extent);
                region.Reopen(extent);
            }
        }
        catch
        {
            region.Dispose();
            throw;
        }

        return region;
    }

    /// <summary>Makes a promotion durable.</summary>
    public void Persist(Fence fence)
    {
        DurableText.Replace(_files, _paths.Fence, fence.Format());
        Fence = fence;
    }

    /// <summary>For tests that stand in for the original, which remembers no generation.</summary>
    internal void ForgetFence() => Fence = null;

    /// <summary>Whether an extent is open for requests.</summary>
    public bool IsOpen(uint extent) => _extents[extent] is not null;

    /// <summary>How new an open extent is.</summary>
    public ExtentVersion VersionOf(uint extent) =>
        (_extents[extent] ?? throw new InvalidOperationException($"extent {extent} is closed")).Version;

    /// <summary>Damaged blocks of an open extent.</summary>
    public IReadOnlyCollection<int> DamagedBlocks(uint extent) => _extents[extent]?.DamagedBlocks ?? [];

    /// <summary>Closes an extent so that its file may be copied or replaced.</summary>
    public void Close(uint extent)
    {
        _extents[extent]?.Dispose();
        _extents[extent] = null;
    }

    /// <summary>Opens an extent that is closed.</summary>
    public void Reopen(uint extent) => _extents[extent] ??= Extent.Open(extent, _files, _paths.Extent(extent), _layout, !ReadOnly, _heldBytes);

    /// <summary>Replaces a closed extent by what was fetched for it.</summary>
    public void CommitRepair(uint extent) => RepairRecovery.Commit(_files, _paths, extent);

    /// <summary>Opens every extent that is closed.</summary>
    public void ReopenAll()
    {
        for (uint extent = 0; extent < _extents.Length; extent++)
            Reopen(extent);
    }

    /// <summary>Makes one extent durable; a closed one already is.</summary>
    public void FlushExtent(uint extent, ulong generation, ulong flushNumber) => _extents[extent]?.Flush(generation, flushNumber);

    /// <summary>Makes all extents up to <paramref name="limit"/> durable, the dirty ones side by side.</summary>
    public void Flush(ulong generation, ulong flushNumber, uint? limit)
    {
        var last = Math.Min(limit ?? uint.MaxValue, (uint)_extents.Length - 1);
        var dirty = _extents.Take((int)last + 1).Where(extent => extent is { Version.Dirty: true }).ToList();
        if (dirty.Count > 1 && _flushWidth > 1)
        {
            FlushTogether(dirty!, generation, flushNumber);
            return;
        }

        foreach (var extent in dirty)
            extent!.Flush(generation, flushNumber);
    }

    /// <summary>
    /// Checks a write whole, before any block of it changes: range, number of blocks, open extents and every hash.
    /// </summary>
    public CrucibleError? CheckWrite(in WriteRequest request)
    {
        if (ReadOnly)
            return CrucibleError.Of(CrucibleErrorKind.ModifyingReadOnlyRegion);
        var blockSize = (int)Definition.BlockSize;
        if (request.Data.Length != (long)request.ContextCount * blockSize)
            return CrucibleError.Of(CrucibleErrorKind.InvalidNumberOfBlocks, $"{request.ContextCount} contexts for {request.Data.Length} bytes");
        if (CheckRange(request.Start, request.ContextCount) is { } error)
            return error;
        var rest = request.Contexts;
        for (var data = request.Data; !data.IsEmpty; data = data[blockSize..])
        {
            BlockContext.TryTake(ref rest, out var context);
            if (BlockContext.ComputeHash(context.Encryption, data[..blockSize]) != context.Hash)
                return CrucibleError.Of(CrucibleErrorKind.HashMismatch);
        }

        return null;
    }

    /// <summary>Writes what <see cref="CheckWrite"/> accepted.</summary>
    public void Write(in WriteRequest request)
    {
        var onlyUnwritten = request.Kind == MessageKind.WriteUnwritten;
        var contexts = ArrayPool<BlockContext>.Shared.Rent((int)Math.Min(request.ContextCount, Definition.ExtentSize));
        var data = request.Data;
        var rest = request.Contexts;
        var block = request.Start;
        while (!data.IsEmpty)
        {
            var (extent, first, count) = Piece(block, (ulong)data.Length / Definition.BlockSize);
            for (var i = 0; i < count; i++)
                BlockContext.TryTake(ref rest, out contexts[i]);
            var length = count * (int)Definition.BlockSize;
            _extents[extent]!.Write(first, contexts.AsSpan(0, count), data[..length], onlyUnwritten);
            data = data[length..];
            block += (ulong)count;
        }

        ArrayPool<BlockContext>.Shared.Return(contexts);
    }

    /// <summary>Whether a range of blocks exists and its extents are open.</summary>
    public CrucibleError? CheckRange(ulong start, ulong count)
    {
        if (start > Definition.BlockCount || count > Definition.BlockCount - start)
            return CrucibleError.Of(CrucibleErrorKind.OffsetInvalid);
        for (var block = start; block < start + count; block += Definition.ExtentSize - (block % Definition.ExtentSize))
        {
            if (_extents[block / Definition.ExtentSize] is null)
                return CrucibleError.Of(CrucibleErrorKind.InvalidExtent);
        }

        return null;
    }

    /// <summary>
    /// Reads blocks that <see cref="CheckRange"/> accepted into <paramref name="data"/>, and their encoded contexts.
    /// </summary>
    public CrucibleError? Read(ulong start, Span<byte> data, Span<byte> contexts, out int contextLength)
    {
        if (ReadContexts(start, (ulong)data.Length / Definition.BlockSize, contexts, out contextLength) is { } error)
            return error;
        ReadData(start, data);
        return null;
    }

    /// <summary>
    /// Reads the encoded contexts of blocks that <see cref="CheckRange"/> accepted, or says why their data cannot be used.
    /// </summary>
    public CrucibleError? ReadContexts(ulong start, ulong count, Span<byte> contexts, out int contextLength)
    {
        contextLength = 0;
        while (count > 0)
        {
            var (extent, first, length) = Piece(start, count);
            if (_extents[extent]!.ReadContexts(first, length, contexts[contextLength..], out var used) is { } error)
                return error;
            contextLength += used;
            start += (ulong)length;
            count -= (ulong)length;
        }

        return null;
    }

    /// <summary>Reads the data of blocks whose contexts were read.</summary>
    public void ReadData(ulong start, Span<byte> data)
    {
        while (!data.IsEmpty)
        {
            var (extent, first, count) = Piece(start, (ulong)data.Length / Definition.BlockSize);
            var length = count * (int)Definition.BlockSize;
            _extents[extent]!.ReadData(first, data[..length]);
            data = data[length..];
            start += (ulong)count;
        }
    }

    /// <summary>What is wrong with a stored block, or null: data that its hash does not describe, or no usable context.</summary>
    public CrucibleError? CheckStored(ulong block)
    {
        var (extent, first, _) = Piece(block, 1);
        return _extents[extent]!.CheckStored(first);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (uint extent = 0; extent < _extents.Length; extent++)
            Close(extent);
    }

    static void SyncDirectories(IFileTree files, RegionPaths paths, uint extentCount)
    {
        for (uint extent = 0; extent < extentCount; extent += 0x1000)
        {
            files.SyncDirectory(paths.ExtentDirectory(extent));
            files.SyncDirectory(Path.GetDirectoryName(paths.ExtentDirectory(extent))!);
        }

        files.SyncDirectory(paths.Root);
    }

    // Each flush waits for the disk twice; side by side the waits overlap.
    void FlushTogether(List<Extent> dirty, ulong generation, ulong flushNumber)
    {
        try
        {
            Parallel.ForEach(dirty, new ParallelOptions { MaxDegreeOfParallelism = _flushWidth }, extent => extent.Flush(generation, flushNumber));
        }
        catch (AggregateException error) when (error.InnerException is IOException cause)
        {
            throw new IOException(cause.Message, cause);
        }
    }

    (uint Extent, int First, int Count) Piece(ulong block, ulong wanted)
    {
        var first = block % Definition.ExtentSize;
        return ((uint)(block / Definition.ExtentSize), (int)first, (int)Math.Min(wanted, Definition.ExtentSize - first));
    }
}
