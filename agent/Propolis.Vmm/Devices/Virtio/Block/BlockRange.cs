using System.Runtime.InteropServices;

namespace Propolis.Vmm.Devices.Virtio.Block;

/// <summary>struct virtio_blk_discard_write_zeroes (VIRTIO 1.2, 5.2.6).</summary>
/// <param name="Sector">First sector of 512 bytes.</param>
/// <param name="SectorCount">Sectors.</param>
/// <param name="Flags">Bit 0: write-zeroes may unmap. The rest is reserved.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly record struct BlockRange(ulong Sector, uint SectorCount, uint Flags)
{
    /// <summary>Bytes.</summary>
    public const int Size = 16;

    /// <summary>The unmap flag.</summary>
    public const uint Unmap = 1;
}
