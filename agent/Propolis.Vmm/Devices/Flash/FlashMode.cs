namespace Propolis.Vmm.Devices.Flash;

/// <summary>What a flash chip is doing: decides what a read shows and what the next write means.</summary>
public enum FlashMode : byte
{
    /// <summary>Reads show the cells; writes are commands. The guest reads without leaving to the chip.</summary>
    ReadArray,

    /// <summary>Reads show the status register; writes are commands.</summary>
    ReadStatus,

    /// <summary>Reads show manufacturer and device; writes are commands.</summary>
    ReadIdentifier,

    /// <summary>Reads show the CFI table; writes are commands.</summary>
    Query,

    /// <summary>The next write is data.</summary>
    Program,

    /// <summary>The next write must confirm the erasure of its block.</summary>
    EraseConfirm,

    /// <summary>The next write is the number of data writes, less one.</summary>
    BufferCount,

    /// <summary>Writes fill the buffer.</summary>
    BufferData,

    /// <summary>The next write must confirm that the buffer is programmed.</summary>
    BufferConfirm,

    /// <summary>The next write locks or unlocks a block; blocks here have no locks.</summary>
    Lock,
}
