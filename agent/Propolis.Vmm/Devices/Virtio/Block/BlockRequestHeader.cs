using System.Runtime.InteropServices;

namespace Propolis.Vmm.Devices.Virtio.Block;

/// <summary>The first 16 bytes of struct virtio_blk_req (VIRTIO 1.2, 5.2.6).</summary>
/// <param name="Type">What is asked.</param>
/// <param name="Reserved">Once a priority; ignored.</param>
/// <param name="Sector">First sector of 512 bytes, for reads and writes.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly record struct BlockRequestHeader(BlockRequestType Type, uint Reserved, ulong Sector)
{
    /// <summary>Bytes.</summary>
    public const int Size = 16;
}
