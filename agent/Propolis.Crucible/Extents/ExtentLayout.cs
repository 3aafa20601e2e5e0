using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Extents;

/// <summary>
/// Where things are in a raw extent file of version 2: data, context slots A, context slots B, active bits, metadata.
/// </summary>
/// <param name="BlockSize">Bytes of a block.</param>
/// <param name="BlockCount">Blocks of the extent.</param>
public readonly record struct ExtentLayout(int BlockSize, int BlockCount)
{
    /// <summary>The layout of every extent of a region.</summary>
    public static ExtentLayout Of(in RegionDefinition definition) => new((int)definition.BlockSize, (int)definition.ExtentSize);

    /// <summary>Bytes of data, in front.</summary>
    public long DataLength => (long)BlockSize * BlockCount;

    /// <summary>Bytes of the active bits: bit i of byte n is block 8n + i, 1 means slot B.</summary>
    public int ActiveLength => (BlockCount + 7) / 8;

    /// <summary>Where the active bits start.</summary>
    public long ActiveOffset => DataLength + (2L * ContextSlot.Size * BlockCount);

    /// <summary>Where the metadata starts.</summary>
    public long MetadataOffset => ActiveOffset + ActiveLength;

    /// <summary>Bytes of the whole file.</summary>
    public long FileLength => MetadataOffset + ExtentMetadata.Size;

    /// <summary>Where the data of a block starts.</summary>
    public long DataOffset(int block) => (long)BlockSize * block;

    /// <summary>Where a context slot of a block starts.</summary>
    public long SlotOffset(bool slotB, int block) => DataLength + (ContextSlot.Size * ((slotB ? (long)BlockCount : 0) + block));
}
