using System.Runtime.InteropServices;

namespace Propolis.Vmm.Devices.Virtio.Queue;

/// <summary>struct virtq_desc, 16 bytes (VIRTIO 1.2, 2.7.5).</summary>
/// <param name="Address">Guest-physical address of the buffer, or of an indirect table.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Flags">Of <see cref="DescriptorFlags"/>.</param>
/// <param name="Next">Index of the next descriptor when <see cref="DescriptorFlags.Next"/> is set.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly record struct Descriptor(ulong Address, uint Length, DescriptorFlags Flags, ushort Next)
{
    /// <summary>Bytes of one entry of a descriptor table.</summary>
    public const int Size = 16;
}
