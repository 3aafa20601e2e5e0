namespace Propolis.Vmm.Devices.Virtio.Block;

/// <summary>Type of a request (VIRTIO 1.2, 5.2.6).</summary>
public enum BlockRequestType : uint
{
    /// <summary>VIRTIO_BLK_T_IN: read.</summary>
    In = 0,

    /// <summary>VIRTIO_BLK_T_OUT: write.</summary>
    Out = 1,

    /// <summary>VIRTIO_BLK_T_FLUSH.</summary>
    Flush = 4,

    /// <summary>VIRTIO_BLK_T_GET_ID: the serial, 20 bytes.</summary>
    GetId = 8,

    /// <summary>VIRTIO_BLK_T_DISCARD.</summary>
    Discard = 11,

    /// <summary>VIRTIO_BLK_T_WRITE_ZEROES.</summary>
    WriteZeroes = 13,
}
