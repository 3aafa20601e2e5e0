using System.Buffers.Binary;
using System.Text;
using Propolis.Vmm.Block;

namespace Propolis.Vmm.Devices.Virtio.Block;

/// <summary>What a virtio disk offers for a geometry, and which requests it takes (VIRTIO 1.2, 5.2).</summary>
public static class VirtioBlockRules
{
    /// <summary>Unit of all sector numbers, whatever the block size.</summary>
    public const int SectorSize = 512;

    /// <summary>Bytes of GET_ID's answer.</summary>
    public const int SerialLength = 20;

    /// <summary>Bytes of the configuration space, up to and including write_zeroes_may_unmap and its padding.</summary>
    public const int ConfigurationLength = 60;

    /// <summary>Offset of the writeback byte, the only field a driver writes.</summary>
    public const int WritebackOffset = 32;

    /// <summary>Ranges that one discard or write-zeroes may name.</summary>
    public const int MaxRanges = 16;

    /// <summary>Sectors that one range of a discard may have: 1 GiB.</summary>
    public const uint MaxDiscardSectors = 1 << 21;

    /// <summary>Sectors that one range of a write-zeroes may have: 16 MiB, as a backend may have to write them.</summary>
    public const uint MaxWriteZeroesSectors = 1 << 15;

    /// <summary>The device's own feature bits.</summary>
    public static ulong Offer(BlockGeometry geometry, int queues)
    {
        var features = VirtioBlockFeatures.SegMax | VirtioBlockFeatures.BlockSize | VirtioBlockFeatures.Topology;
        if (queues > 1) features |= VirtioBlockFeatures.MultiQueue;
        if (geometry.HasWriteCache) features |= VirtioBlockFeatures.Flush;
        if (geometry.ReadOnly) return features | VirtioBlockFeatures.ReadOnly;
        if (geometry.HasWriteCache) features |= VirtioBlockFeatures.ConfigWce;
        if (geometry.CanDiscard) features |= VirtioBlockFeatures.Discard;
        return features | VirtioBlockFeatures.WriteZeroes;
    }

    /// <summary>struct virtio_blk_config (5.2.4).</summary>
    public static byte[] Configuration(BlockGeometry geometry, VirtioBlockOptions options)
    {
        var image = new byte[ConfigurationLength];
        var blockSectors = geometry.BlockSize / SectorSize;
        BinaryPrimitives.WriteUInt64LittleEndian(image, geometry.Length / SectorSize);
        // Header and status take two descriptors of a request; an indirect table has as many as the queue.
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(12), (uint)options.QueueSize - 2);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(20), geometry.BlockSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(26), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(34), (ushort)options.Queues);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(36), geometry.CanDiscard ? MaxDiscardSectors : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(40), geometry.CanDiscard ? (uint)MaxRanges : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(44), geometry.CanDiscard ? blockSectors : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(48), MaxWriteZeroesSectors);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(52), MaxRanges);
        image[56] = (byte)(geometry.CanDiscard ? 1 : 0);
        return image;
    }

    /// <summary>GET_ID's answer: the first 20 characters, each that is not ASCII as a question mark, padded with zeroes.</summary>
    public static byte[] Serial(string serial)
    {
        var bytes = new byte[SerialLength];
        Encoding.ASCII.GetBytes(serial.AsSpan(0, Math.Min(serial.Length, SerialLength)), bytes);
        return bytes;
    }

    /// <summary>
    /// True when a write may only be answered once it is durable: the driver chose write-through, or does not know how to flush (5.2.5.2, 5.2.6.2).
    /// </summary>
    public static bool WritesThrough(BlockGeometry geometry, ulong features, byte writeback)
    {
        if (!geometry.HasWriteCache || geometry.ReadOnly) return false;
        if ((features & VirtioBlockFeatures.ConfigWce) != 0) return writeback == 0;
        return (features & VirtioBlockFeatures.Flush) == 0;
    }

    /// <summary>True when <paramref name="length"/> bytes from <paramref name="sector"/> are whole blocks inside the disk.</summary>
    public static bool IsInside(BlockGeometry geometry, ulong sector, ulong length)
    {
        var sectors = geometry.Length / SectorSize;
        if (sector > sectors || length > (sectors - sector) * SectorSize) return false;
        return (sector * SectorSize | length) % geometry.BlockSize == 0;
    }

    /// <summary>Judges one range of a discard or write-zeroes (5.2.6.2).</summary>
    public static BlockRequestStatus Judge(BlockGeometry geometry, BlockRequestType type, in BlockRange range)
    {
        var allowed = type == BlockRequestType.WriteZeroes ? BlockRange.Unmap : 0;
        if ((range.Flags & ~allowed) != 0) return BlockRequestStatus.Unsupported;
        var limit = type == BlockRequestType.WriteZeroes ? MaxWriteZeroesSectors : MaxDiscardSectors;
        return range.SectorCount is var count && count != 0 && count <= limit && IsInside(geometry, range.Sector, (ulong)count * SectorSize)
            ? BlockRequestStatus.Ok
            : BlockRequestStatus.IoError;
    }

    /// <summary>How a backend's answer reads in the status byte.</summary>
    public static BlockRequestStatus Translate(BlockStatus status) => status switch
    {
        BlockStatus.Success => BlockRequestStatus.Ok,
        BlockStatus.Unsupported => BlockRequestStatus.Unsupported,
        _ => BlockRequestStatus.IoError,
    };
}
