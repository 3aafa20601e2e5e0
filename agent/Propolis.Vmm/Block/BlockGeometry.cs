namespace Propolis.Vmm.Block;

/// <summary>What a disk is; fixed while it is attached.</summary>
public sealed record BlockGeometry
{
    /// <summary>Bytes per block, a power of two from 512 to 65536: requests are multiples of it.</summary>
    public required uint BlockSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required ulong BlockCount { get; init; }

    /// <summary>Writes, discards and zero-writes are refused with <see cref="BlockStatus.ReadOnly"/>.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Discard is worth offering to the guest.</summary>
    public bool CanDiscard { get; init; }

    /// <summary>Writes may sit in a volatile cache until a flush; without it flushes are not needed.</summary>
    public bool HasWriteCache { get; init; } = true;

    /// <summary>Bytes in all.</summary>
    public ulong Length => BlockSize * BlockCount;
}
