using Propolis.Vmm.Block;

namespace Propolis.Vmm.Devices.Virtio.Block;

/// <summary>One request in flight of a virtio disk, reused: the chain it came from and what is still to do before it is answered.</summary>
sealed class BlockSlot(BlockRequest request)
{
    /// <summary>What the backend works on.</summary>
    public BlockRequest Request => request;

    /// <summary>Ranges of a discard or write-zeroes, which go to the backend one after the other.</summary>
    public BlockRange[] Ranges { get; } = new BlockRange[VirtioBlockRules.MaxRanges];

    /// <summary>How many ranges.</summary>
    public int RangeCount { get; set; }

    /// <summary>The next range to submit.</summary>
    public int NextRange { get; set; }

    /// <summary>A flush is due before the answer: the disk is in write-through.</summary>
    public bool FlushesAfter { get; set; }

    /// <summary>Head of the chain.</summary>
    public ushort Head { get; set; }

    /// <summary>Generation of the chain.</summary>
    public uint Generation { get; set; }

    /// <summary>Where the status byte goes.</summary>
    public ulong StatusAddress { get; set; }

    /// <summary>Bytes that a success reports as written, status included.</summary>
    public uint Written { get; set; }
}
