using System.Buffers;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Extents;

/// <summary>
/// Blocks of one extent that were written again before their last write was durable. A third context on disk would overwrite the last
/// one that surely fits, so these wait in memory for the next sync. No write counts as durable before a flush, and an upstairs sends
/// again what a downstairs lost: nothing that was promised depends on them.
/// </summary>
sealed class HeldRewrites(int blockSize, int maxBytes)
{
    /// <summary>Room for one extent, unless somebody says otherwise.</summary>
    public const int DefaultBytes = 2 * 1024 * 1024;

    readonly Dictionary<int, (BlockContext Context, byte[] Data)> _blocks = [];

    /// <summary>Whether none waits.</summary>
    public bool IsEmpty => _blocks.Count == 0;

    /// <summary>Those that wait, ascending.</summary>
    public IReadOnlyList<int> Blocks => [.. _blocks.Keys.Order()];

    /// <summary>Whether a block waits.</summary>
    public bool Holds(int block) => _blocks.ContainsKey(block);

    /// <summary>Keeps what a block shall become, in place of what it kept before; false when there is no room.</summary>
    public bool TryHold(int block, in BlockContext context, ReadOnlySpan<byte> data)
    {
        var isKnown = _blocks.TryGetValue(block, out var held);
        if (!isKnown && _blocks.Count >= maxBytes / blockSize)
            return false;
        var memory = isKnown ? held.Data : ArrayPool<byte>.Shared.Rent(blockSize);
        data.CopyTo(memory);
        _blocks[block] = (context, memory);
        return true;
    }

    /// <summary>What a block shall become, valid until the next change.</summary>
    public bool TryGet(int block, out BlockContext context, out ReadOnlySpan<byte> data)
    {
        var found = _blocks.TryGetValue(block, out var held);
        context = held.Context;
        data = found ? held.Data.AsSpan(0, blockSize) : default;
        return found;
    }

    /// <summary>Forgets a block that was written.</summary>
    public void Remove(int block)
    {
        if (_blocks.Remove(block, out var held))
            ArrayPool<byte>.Shared.Return(held.Data);
    }
}
