using Propolis.Crucible.Crypto;

namespace Propolis.Crucible.Extents;

/// <content>Opening an extent: its metadata, and after a crash the slot of every block.</content>
public sealed partial class Extent
{
    void Load(string path, bool writable)
    {
        if (_file.Length != _layout.FileLength)
            throw new RegionException($"{path} has {_file.Length} bytes; an extent of {_layout.BlockCount} blocks of {_layout.BlockSize} has {_layout.FileLength}");
        Span<byte> encoded = stackalloc byte[ExtentMetadata.Size];
        _file.Read(_layout.MetadataOffset, encoded);
        if (!ExtentMetadata.TryDecode(encoded, out _metadata))
            throw new RegionException($"{path} is not a raw extent of version {ExtentMetadata.FormatVersion}");
        _file.Read(_layout.ActiveOffset, _activeB);
        if (_metadata.Version.Dirty)
            FindSlots(writable);
    }

    // After a crash: the bits on disk are those of the last flush, so every block is hashed to see which slot describes it.
    void FindSlots(bool writable)
    {
        const int blocksAtOnce = 64;
        var data = new byte[blocksAtOnce * _layout.BlockSize];
        var slots = new byte[2 * blocksAtOnce * ContextSlot.Size];
        for (var first = 0; first < _layout.BlockCount; first += blocksAtOnce)
        {
            var count = Math.Min(blocksAtOnce, _layout.BlockCount - first);
            _file.Read(_layout.DataOffset(first), data.AsSpan(0, count * _layout.BlockSize));
            ReadSlots(first, count, slots, out var slotsA, out var slotsB);
            for (var i = 0; i < count; i++)
            {
                var slotA = slotsA.Slice(i * ContextSlot.Size, ContextSlot.Size);
                var slotB = slotsB.Slice(i * ContextSlot.Size, ContextSlot.Size);
                FindSlot(first + i, slotA, slotB, data.AsSpan(i * _layout.BlockSize, _layout.BlockSize), writable);
            }
        }
    }

    void FindSlot(int block, ReadOnlySpan<byte> slotA, ReadOnlySpan<byte> slotB, ReadOnlySpan<byte> data, bool writable)
    {
        var activeB = IsActiveB(block);
        var choice = ExtentRules.Choose(slotA, slotB, XxHash64.Hash(data), activeB, (ushort)_metadata.Version.FlushNumber);
        if (choice == SlotChoice.Damaged || (choice is SlotChoice.EmptyA or SlotChoice.EmptyB && !TryForget(block, data, writable)))
            _damaged.Add(block);
        else if (activeB != (choice is SlotChoice.B or SlotChoice.EmptyB))
            _activeB[block / 8] ^= (byte)(1 << (block % 8));
    }

    // The first write of a block did not finish: back to zeros, which is what an unwritten block must hold.
    bool TryForget(int block, ReadOnlySpan<byte> data, bool writable)
    {
        if (!data.ContainsAnyExcept((byte)0))
            return true;
        if (writable)
            _file.Write(_layout.DataOffset(block), new byte[_layout.BlockSize]);
        return writable;
    }

    void ReadSlots(int first, int count, Span<byte> buffer, out ReadOnlySpan<byte> slotsA, out ReadOnlySpan<byte> slotsB)
    {
        var length = count * ContextSlot.Size;
        _file.Read(_layout.SlotOffset(slotB: false, first), buffer[..length]);
        _file.Read(_layout.SlotOffset(slotB: true, first), buffer.Slice(length, length));
        slotsA = buffer[..length];
        slotsB = buffer.Slice(length, length);
    }
}
