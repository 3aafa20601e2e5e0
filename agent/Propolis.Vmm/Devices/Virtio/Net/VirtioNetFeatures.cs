namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>Feature bits of a network card (VIRTIO 1.2, 5.1.3). "Guest" bits are about frames to the guest, "host" bits about frames from it.</summary>
public static class VirtioNetFeatures
{
    /// <summary>VIRTIO_NET_F_CSUM: the device fills in checksums.</summary>
    public const ulong Checksum = 1UL << 0;

    /// <summary>VIRTIO_NET_F_GUEST_CSUM: the driver takes frames without checksums.</summary>
    public const ulong GuestChecksum = 1UL << 1;

    /// <summary>VIRTIO_NET_F_MTU.</summary>
    public const ulong Mtu = 1UL << 3;

    /// <summary>VIRTIO_NET_F_MAC.</summary>
    public const ulong Mac = 1UL << 5;

    /// <summary>VIRTIO_NET_F_GUEST_TSO4.</summary>
    public const ulong GuestTso4 = 1UL << 7;

    /// <summary>VIRTIO_NET_F_GUEST_TSO6.</summary>
    public const ulong GuestTso6 = 1UL << 8;

    /// <summary>VIRTIO_NET_F_GUEST_ECN.</summary>
    public const ulong GuestEcn = 1UL << 9;

    /// <summary>VIRTIO_NET_F_HOST_TSO4.</summary>
    public const ulong HostTso4 = 1UL << 11;

    /// <summary>VIRTIO_NET_F_HOST_TSO6.</summary>
    public const ulong HostTso6 = 1UL << 12;

    /// <summary>VIRTIO_NET_F_HOST_ECN.</summary>
    public const ulong HostEcn = 1UL << 13;

    /// <summary>VIRTIO_NET_F_MRG_RXBUF: a frame may fill several receive buffers.</summary>
    public const ulong MergeableBuffers = 1UL << 15;

    /// <summary>VIRTIO_NET_F_STATUS: link state.</summary>
    public const ulong Status = 1UL << 16;

    /// <summary>VIRTIO_NET_F_CTRL_VQ: a control queue.</summary>
    public const ulong ControlQueue = 1UL << 17;

    /// <summary>VIRTIO_NET_F_CTRL_RX: receive modes.</summary>
    public const ulong ControlReceive = 1UL << 18;

    /// <summary>VIRTIO_NET_F_CTRL_RX_EXTRA: more receive modes.</summary>
    public const ulong ControlReceiveExtra = 1UL << 20;

    /// <summary>VIRTIO_NET_F_GUEST_ANNOUNCE: the driver announces the guest when told to.</summary>
    public const ulong GuestAnnounce = 1UL << 21;

    /// <summary>VIRTIO_NET_F_MQ: several pairs of queues.</summary>
    public const ulong MultiQueue = 1UL << 22;

    /// <summary>VIRTIO_NET_F_CTRL_MAC_ADDR: the address is set by command.</summary>
    public const ulong ControlMacAddress = 1UL << 23;
}
