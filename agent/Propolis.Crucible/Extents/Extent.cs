using System.Buffers;
using Propolis.Crucible.Crypto;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Extents;

/// <summary>
/// One raw extent file, open. Order of writes: the dirty byte and a sync once per dirty period; then contexts into the
/// inactive slots, then data; a block that is written again before the next sync waits in memory for it. A flush syncs data, slots and bits <em>before</em> the metadata says clean, and syncs again:
/// the original relies on ZFS to keep that order, other file systems do not. Not safe for concurrent use.
/// </summary>
public sealed partial class Extent : IDisposable
{
    readonly IRandomFile _file;
    readonly ExtentLayout _layout;
    readonly byte[] _activeB;
    readonly byte[] _unsynced;
    readonly HashSet<int> _damaged = [];
    readonly HeldRewrites _held;
    ExtentMetadata _metadata;

    Extent(uint id, IRandomFile file, ExtentLayout layout, int heldBytes)
    {
        Id = id;
        _file = file;
        _layout = layout;
        _activeB = new byte[layout.ActiveLength];
        _unsynced = new byte[layout.ActiveLength];
        _held = new HeldRewrites(layout.BlockSize, heldBytes);
    }

    /// <summary>Its number in the region.</summary>
    public uint Id { get; }

    /// <summary>
    /// How new its content is. One with damaged blocks calls itself oldest, so that no replica is repaired from it.
    /// </summary>
    public ExtentVersion Version => _damaged.Count > 0 ? new ExtentVersion(0, 0, true) : _metadata.Version;

    /// <summary>Blocks that a torn write left unreadable.</summary>
    public IReadOnlyCollection<int> DamagedBlocks => _damaged;

    /// <summary>Makes the file of an extent in which nothing was written.</summary>
    public static void Create(IFileTree files, string path, ExtentLayout layout)
    {
        using var file = files.Create(path);
        file.SetLength(layout.FileLength);
        Span<byte> metadata = stackalloc byte[ExtentMetadata.Size];
        default(ExtentMetadata).Encode(metadata);
        file.Write(layout.MetadataOffset, metadata);
        file.Sync();
    }

    /// <summary>Opens an extent and, after a crash, finds the slot of every block.</summary>
    /// <exception cref="RegionException">The file has another length or format.</exception>
    public static Extent Open(uint id, IFileTree files, string path, ExtentLayout layout, bool writable, int heldBytes)
    {
        var extent = new Extent(id, files.Open(path, writable), layout, heldBytes);
        try
        {
            extent.Load(path, writable);
            return extent;
        }
        catch
        {
            extent.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes consecutive blocks whose hashes were checked. With <paramref name="onlyUnwritten"/>, blocks that already have a
    /// context stay as they are.
    /// </summary>
    public void Write(int first, ReadOnlySpan<BlockContext> contexts, ReadOnlySpan<byte> data, bool onlyUnwritten)
    {
        for (var i = 0; i < contexts.Length;)
        {
            if (onlyUnwritten && IsWritten(first + i))
            {
                i++;
                continue;
            }

            var count = 1;
            while (i + count < contexts.Length && !(onlyUnwritten && IsWritten(first + i + count)))
                count++;
            WriteRun(first + i, contexts.Slice(i, count), data.Slice(i * _layout.BlockSize, count * _layout.BlockSize));
            i += count;
        }
    }

    /// <summary>
    /// Reads the encoded contexts of consecutive blocks, or the error of a damaged one.
    /// </summary>
    /// <param name="first">The first block.</param>
    /// <param name="count">Blocks.</param>
    /// <param name="contexts">Room for <see cref="ReadBlockContext.MaxLength"/> bytes a block.</param>
    /// <param name="contextLength">Bytes of contexts.</param>
    public CrucibleError? ReadContexts(int first, int count, Span<byte> contexts, out int contextLength)
    {
        contextLength = 0;
        if (FirstDamaged(first, count) is { } block)
            return new CrucibleError(CrucibleErrorKind.MissingContextSlot) { Block = (ulong)block, Extent = Id };
        var slots = ArrayPool<byte>.Shared.Rent(2 * count * ContextSlot.Size);
        try
        {
            ReadActiveSlots(first, count, slots, out var slotsA, out var slotsB);
            for (var i = 0; i < count; i++)
            {
                var slot = (IsActiveB(first + i) ? slotsB : slotsA).Slice(i * ContextSlot.Size, ContextSlot.Size);
                if (!ContextSlot.TryDecode(slot, out var decoded))
                    return CrucibleError.Of(CrucibleErrorKind.BadContextSlot, $"block {first + i} of extent {Id}");
                var context = _held.TryGet(first + i, out var held, out _) ? ReadBlockContext.Of(held)
                    : decoded is { } found ? ReadBlockContext.Of(found.Context) : ReadBlockContext.Empty;
                contextLength += context.Encode(contexts[contextLength..]);
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(slots);
        }
    }

    /// <summary>Reads the data of consecutive blocks whose contexts were read.</summary>
    public void ReadData(int first, Span<byte> data)
    {
        _file.Read(_layout.DataOffset(first), data);
        for (var offset = 0; offset < data.Length && !_held.IsEmpty; offset += _layout.BlockSize)
        {
            if (_held.TryGet(first + (offset / _layout.BlockSize), out _, out var held))
                held.CopyTo(data[offset..]);
        }
    }

    /// <summary>
    /// Makes everything durable under these numbers. A clean extent keeps its old ones. One that already holds these numbers or
    /// higher, and writes beyond, stays dirty: a flush that is sent again must not pass later writes off as its own.
    /// </summary>
    public void Flush(ulong generation, ulong flushNumber)
    {
        if (!_metadata.Version.Dirty)
            return;
        if (!_held.IsEmpty)
            WriteHeld();
        _file.Write(_layout.ActiveOffset, _activeB);
        Sync();
        var before = _metadata.Version;
        if (_damaged.Count > 0 || (generation, flushNumber).CompareTo((before.Generation, before.FlushNumber)) <= 0)
            return;
        _metadata = _metadata with { Version = new(generation, flushNumber, Dirty: false) };
        WriteMetadata();
        _file.Sync();
    }

    /// <summary>What is wrong with a stored block, or null.</summary>
    public CrucibleError? CheckStored(int block)
    {
        Span<byte> slot = stackalloc byte[ContextSlot.Size];
        var data = new byte[_layout.BlockSize];
        _file.Read(_layout.DataOffset(block), data);
        _file.Read(_layout.SlotOffset(IsActiveB(block), block), slot);
        if (_damaged.Contains(block) || !ContextSlot.TryDecode(slot, out var decoded))
            return new CrucibleError(CrucibleErrorKind.MissingContextSlot) { Block = (ulong)block, Extent = Id };
        if (decoded is not { } stored)
            return data.AsSpan().ContainsAnyExcept((byte)0) ? CrucibleError.Of(CrucibleErrorKind.MissingBlockContext) : null;
        return stored.StoredHash == XxHash64.Hash(data) && stored.Context.Hash == BlockContext.ComputeHash(stored.Context.Encryption, data)
            ? null
            : CrucibleError.Of(CrucibleErrorKind.HashMismatch);
    }

    /// <summary>Whether a block was ever written.</summary>
    public bool IsWritten(int block)
    {
        Span<byte> slot = stackalloc byte[ContextSlot.Size];
        _file.Read(_layout.SlotOffset(IsActiveB(block), block), slot);
        return ContextSlot.TryDecode(slot, out var decoded) && decoded is not null;
    }

    /// <summary>Closes the file, for others to read. What waits in memory is written first, unless the disk fails: nobody was promised that.</summary>
    public void Dispose()
    {
        try
        {
            if (!_held.IsEmpty)
                WriteHeld();
        }
        catch (IOException)
        {
        }
        finally
        {
            _file.Dispose();
        }
    }

    void WriteRun(int first, ReadOnlySpan<BlockContext> contexts, ReadOnlySpan<byte> data)
    {
        MarkDirty();
        for (var i = 0; i < contexts.Length;)
        {
            var start = i;
            var mustWait = MustWait(first + start);
            while (i < contexts.Length && MustWait(first + i) == mustWait)
                i++;
            var runData = data[(start * _layout.BlockSize)..(i * _layout.BlockSize)];
            if (mustWait)
                Hold(first + start, contexts[start..i], runData);
            else
                WriteThrough(first + start, contexts[start..i], runData);
        }
    }

    // Both slots of such a block may already differ from what is durable.
    bool MustWait(int block) => (_unsynced[block / 8] & (1 << (block % 8))) != 0 || _held.Holds(block);

    void Hold(int first, ReadOnlySpan<BlockContext> contexts, ReadOnlySpan<byte> data)
    {
        for (var i = 0; i < contexts.Length; i++)
        {
            var block = data.Slice(i * _layout.BlockSize, _layout.BlockSize);
            if (_held.TryHold(first + i, contexts[i], block))
                continue;
            // No room: as the original does it each time.
            WriteHeld();
            _metadata = _metadata with { BonusSyncCount = _metadata.BonusSyncCount + 1 };
            WriteRun(first + i, contexts[i..], data[(i * _layout.BlockSize)..]);
            return;
        }
    }

    // Once what they overwrite is durable, they may be written.
    void WriteHeld()
    {
        Sync();
        foreach (var block in _held.Blocks)
        {
            _held.TryGet(block, out var context, out var data);
            WriteThrough(block, [context], data);
            _held.Remove(block);
        }
    }

    void WriteThrough(int first, ReadOnlySpan<BlockContext> contexts, ReadOnlySpan<byte> data)
    {
        WriteSlots(first, contexts, data);
        _file.Write(_layout.DataOffset(first), data);
        for (var block = first; block < first + contexts.Length; block++)
        {
            _activeB[block / 8] ^= (byte)(1 << (block % 8));
            _unsynced[block / 8] |= (byte)(1 << (block % 8));
            _damaged.Remove(block);
        }
    }

    void WriteSlots(int first, ReadOnlySpan<BlockContext> contexts, ReadOnlySpan<byte> data)
    {
        var encoded = ArrayPool<byte>.Shared.Rent(contexts.Length * ContextSlot.Size);
        try
        {
            for (var start = 0; start < contexts.Length;)
            {
                var targetB = !IsActiveB(first + start);
                var end = start;
                for (; end < contexts.Length && IsActiveB(first + end) != targetB; end++)
                {
                    var stored = contexts[end].Encryption is null
                        ? contexts[end].Hash
                        : XxHash64.Hash(data.Slice(end * _layout.BlockSize, _layout.BlockSize));
                    new ContextSlot(contexts[end], stored, (ushort)_metadata.Version.FlushNumber)
                        .Encode(encoded.AsSpan((end - start) * ContextSlot.Size));
                }

                _file.Write(_layout.SlotOffset(targetB, first + start), encoded.AsSpan(0, (end - start) * ContextSlot.Size));
                start = end;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }

    void MarkDirty()
    {
        if (_metadata.Version.Dirty)
            return;
        // Durable before any block changes: a clean extent is believed without looking at its data.
        _file.Write(_layout.MetadataOffset, [1]);
        _file.Sync();
        _metadata = _metadata with { Version = _metadata.Version with { Dirty = true } };
    }

    void Sync()
    {
        _file.Sync();
        _unsynced.AsSpan().Clear();
    }

    bool IsActiveB(int block) => (_activeB[block / 8] & (1 << (block % 8))) != 0;

    int? FirstDamaged(int first, int count)
    {
        if (_damaged.Count == 0)
            return null;
        for (var block = first; block < first + count; block++)
        {
            if (_damaged.Contains(block))
                return block;
        }

        return null;
    }

    // Only the sides that are active somewhere: for one block always one.
    void ReadActiveSlots(int first, int count, Span<byte> buffer, out ReadOnlySpan<byte> slotsA, out ReadOnlySpan<byte> slotsB)
    {
        var length = count * ContextSlot.Size;
        var (readA, readB) = (false, false);
        for (var i = 0; i < count && !(readA && readB); i++)
        {
            readB |= IsActiveB(first + i);
            readA |= !IsActiveB(first + i);
        }

        if (readA)
            _file.Read(_layout.SlotOffset(slotB: false, first), buffer[..length]);
        if (readB)
            _file.Read(_layout.SlotOffset(slotB: true, first), buffer.Slice(length, length));
        slotsA = buffer[..length];
        slotsB = buffer.Slice(length, length);
    }

    void WriteMetadata()
    {
        Span<byte> encoded = stackalloc byte[ExtentMetadata.Size];
        _metadata.Encode(encoded);
        _file.Write(_layout.MetadataOffset, encoded);
    }
}
