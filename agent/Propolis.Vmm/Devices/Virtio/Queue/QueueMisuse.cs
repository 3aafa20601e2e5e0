namespace Propolis.Vmm.Devices.Virtio.Queue;

/// <summary>What a driver did that no driver may do. The queue stops and the device asks for a reset (VIRTIO 1.2, 2.1.2).</summary>
public enum QueueMisuse : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The driver area's index claims more chains than the queue has entries.</summary>
    AvailIdxOutOfRange,

    /// <summary>A chain's head is not an index of the descriptor table.</summary>
    HeadOutOfRange,

    /// <summary>A descriptor names a next one outside its table.</summary>
    NextOutOfRange,

    /// <summary>More descriptors in a chain than allowed, as in a cycle.</summary>
    ChainTooLong,

    /// <summary>A chain of 4 GiB or more (2.7.5.1 allows up to 2^32 bytes; the used length field ends one byte earlier).</summary>
    ChainTooLarge,

    /// <summary>A readable descriptor behind a writable one (2.7.4.2).</summary>
    ReadableAfterWritable,

    /// <summary>An indirect descriptor without VIRTIO_F_INDIRECT_DESC.</summary>
    IndirectNotNegotiated,

    /// <summary>An indirect table that is empty, not whole descriptors, chained, or nested (2.7.5.3.1).</summary>
    IndirectMalformed,

    /// <summary>A table or ring that does not lie in memory.</summary>
    NotInMemory,

    /// <summary>A chain that the device type cannot take: no room for the status, no header.</summary>
    RequestMalformed,
}
