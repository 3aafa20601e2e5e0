namespace Propolis.Vmm.Devices.Virtio.Block;

/// <summary>The status byte of a request (VIRTIO 1.2, 5.2.6).</summary>
public enum BlockRequestStatus : byte
{
    /// <summary>VIRTIO_BLK_S_OK.</summary>
    Ok = 0,

    /// <summary>VIRTIO_BLK_S_IOERR.</summary>
    IoError = 1,

    /// <summary>VIRTIO_BLK_S_UNSUPP.</summary>
    Unsupported = 2,
}
