using System.Numerics;

namespace Propolis.Vmm.Memory;

/// <summary>
/// One bit per 4 KiB page of a region: the writes that this process made to guest memory. KVM's log knows only the guest's own writes
/// (facts: bhyve.md section 3), so both are merged when dirty pages are collected. Bits are set from any thread.
/// </summary>
public sealed class DirtyBitmap
{
    /// <summary>Bytes per bit.</summary>
    public const int PageSize = 4096;

    readonly ulong[] _words;

    /// <summary>A clean bitmap for <paramref name="length"/> bytes of memory, a multiple of <see cref="PageSize"/>.</summary>
    public DirtyBitmap(ulong length)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(length % PageSize, 0UL);
        _words = new ulong[(length / PageSize + 63) / 64];
    }

    /// <summary>Number of 64-bit words, as <see cref="DrainInto"/> fills them.</summary>
    public int WordCount => _words.Length;

    /// <summary>Marks every page that <paramref name="length"/> bytes from <paramref name="offset"/> touch.</summary>
    public void Mark(ulong offset, ulong length)
    {
        if (length == 0) return;
        var last = (offset + length - 1) / PageSize;
        for (var page = offset / PageSize; page <= last; page++)
        {
            ref var word = ref _words[page / 64];
            var bit = 1UL << (int)(page % 64);
            // The plain read first keeps the line shared while a page is written again and again. What was written before may still sit in this CPU's store buffer when
            // the read finds the bit set: DrainInto's barrier sees to that.
            if ((Volatile.Read(ref word) & bit) == 0) Interlocked.Or(ref word, bit);
        }
    }

    /// <summary>Ors every set bit into <paramref name="destination"/> (at least <see cref="WordCount"/> words) and clears it here.</summary>
    public void DrainInto(Span<ulong> destination)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if (Volatile.Read(ref _words[i]) != 0) destination[i] |= Interlocked.Exchange(ref _words[i], 0);
        }
        // Whoever found a bit still set, and so did not set it again, has its data visible once this returns; whoever looks later sets the bit.
        Interlocked.MemoryBarrierProcessWide();
    }

    /// <summary>Ors <paramref name="words"/> in again: pages that were drained but not sent are dirty once more.</summary>
    public void Restore(ReadOnlySpan<ulong> words)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if (words[i] != 0) Interlocked.Or(ref _words[i], words[i]);
        }
    }

    /// <summary>How many pages are marked.</summary>
    public long CountDirtyPages()
    {
        long count = 0;
        foreach (var word in _words) count += BitOperations.PopCount(word);
        return count;
    }
}
