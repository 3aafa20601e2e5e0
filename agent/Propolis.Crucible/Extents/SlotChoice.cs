namespace Propolis.Crucible.Extents;

/// <summary>Which of a block's two slots describes its data after a crash.</summary>
public enum SlotChoice
{
    /// <summary>Slot A.</summary>
    A,

    /// <summary>Slot B.</summary>
    B,

    /// <summary>Neither fits and nothing was flushed: the first write did not finish. Slot A is empty and stands for that.</summary>
    EmptyA,

    /// <summary>The same with slot B.</summary>
    EmptyB,

    /// <summary>Neither fits: a later write was torn. The block must not be read until it is written or repaired.</summary>
    Damaged,
}
