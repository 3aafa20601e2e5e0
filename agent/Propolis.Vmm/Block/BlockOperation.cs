namespace Propolis.Vmm.Block;

/// <summary>What a guest asks of a disk.</summary>
public enum BlockOperation
{
    /// <summary>Disk to guest memory.</summary>
    Read,

    /// <summary>Guest memory to disk.</summary>
    Write,

    /// <summary>Everything acknowledged before is durable when this completes.</summary>
    Flush,

    /// <summary>The range's contents are no longer needed; what a read returns then is undefined.</summary>
    Discard,

    /// <summary>The range reads as zeroes afterwards.</summary>
    WriteZeroes,
}
