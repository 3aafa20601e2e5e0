namespace Propolis.Vmm.Devices.Virtio.Queue;

/// <summary>Flags of a descriptor (VIRTIO 1.2, 2.7.5).</summary>
[Flags]
public enum DescriptorFlags : ushort
{
    /// <summary>The last of its chain, readable by the device.</summary>
    None = 0,

    /// <summary>VIRTQ_DESC_F_NEXT: the chain goes on.</summary>
    Next = 1,

    /// <summary>VIRTQ_DESC_F_WRITE: the device writes the buffer; otherwise it reads it.</summary>
    Write = 2,

    /// <summary>VIRTQ_DESC_F_INDIRECT: the buffer is a table of descriptors.</summary>
    Indirect = 4,
}
