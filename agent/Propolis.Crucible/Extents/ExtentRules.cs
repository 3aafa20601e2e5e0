namespace Propolis.Crucible.Extents;

/// <summary>What a crash may leave in an extent and how it is understood; pure.</summary>
public static class ExtentRules
{
    /// <summary>
    /// Chooses the slot of one block by the hash of the data found. When both fit, the same data was written twice and the
    /// bit last made durable decides. When none fits, the write under way was torn: if the block was never flushed it counts
    /// as never written, otherwise what was flushed is lost here. A slot written before the last flush shows that by its flush id.
    /// </summary>
    /// <param name="slotA">Slot A as bytes.</param>
    /// <param name="slotB">Slot B as bytes.</param>
    /// <param name="storedHash">XXH64 of the data found.</param>
    /// <param name="activeB">The active bit found.</param>
    /// <param name="flushId">Low bits of the extent's last flush number.</param>
    public static SlotChoice Choose(ReadOnlySpan<byte> slotA, ReadOnlySpan<byte> slotB, ulong storedHash, bool activeB, ushort flushId)
    {
        var wholeA = ContextSlot.TryDecode(slotA, out var a);
        var wholeB = ContextSlot.TryDecode(slotB, out var b);
        var (fitsA, fitsB) = (a?.StoredHash == storedHash, b?.StoredHash == storedHash);
        if (fitsA || fitsB)
            return fitsB && (!fitsA || activeB) ? SlotChoice.B : SlotChoice.A;
        if (wholeA && a is null && (b is null || b.Value.FlushId == flushId))
            return SlotChoice.EmptyA;
        return wholeB && b is null && (a is null || a.Value.FlushId == flushId) ? SlotChoice.EmptyB : SlotChoice.Damaged;
    }
}
