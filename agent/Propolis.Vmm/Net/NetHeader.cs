using System.Runtime.InteropServices;

namespace Propolis.Vmm.Net;

/// <summary>
/// struct virtio_net_hdr, 12 bytes, in front of every frame between a device and a backend (VIRTIO 1.2, 5.1.6): what is still to be done to the frame.
/// </summary>
/// <param name="Flags"><see cref="NeedsChecksum"/>, <see cref="DataValid"/>.</param>
/// <param name="Segmentation">gso_type.</param>
/// <param name="HeaderLength">Bytes of all protocol headers; a hint.</param>
/// <param name="SegmentSize">gso_size: payload bytes of each packet that the frame is to become.</param>
/// <param name="ChecksumStart">Where summing starts.</param>
/// <param name="ChecksumOffset">Where the sum goes, from there.</param>
/// <param name="Buffers">num_buffers, set by the device.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly record struct NetHeader(
    byte Flags, NetSegmentation Segmentation, ushort HeaderLength, ushort SegmentSize, ushort ChecksumStart, ushort ChecksumOffset, ushort Buffers)
{
    /// <summary>Bytes, for drivers of version 1 or with mergeable buffers.</summary>
    public const int Size = 12;

    /// <summary>Bytes for other legacy drivers: without num_buffers.</summary>
    public const int LegacySize = 10;

    /// <summary>VIRTIO_NET_HDR_F_NEEDS_CSUM: the checksum is still to be filled in.</summary>
    public const byte NeedsChecksum = 1;

    /// <summary>VIRTIO_NET_HDR_F_DATA_VALID: the checksum was verified.</summary>
    public const byte DataValid = 2;
}
