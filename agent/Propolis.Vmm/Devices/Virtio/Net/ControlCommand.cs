namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>A command of the control queue: class in the high byte, command in the low one (VIRTIO 1.2, 5.1.6.5).</summary>
public enum ControlCommand : ushort
{
    /// <summary>VIRTIO_NET_CTRL_RX_PROMISC.</summary>
    ReceivePromiscuous = 0x0000,

    /// <summary>VIRTIO_NET_CTRL_RX_ALLMULTI.</summary>
    ReceiveAllMulticast = 0x0001,

    /// <summary>VIRTIO_NET_CTRL_RX_ALLUNI.</summary>
    ReceiveAllUnicast = 0x0002,

    /// <summary>VIRTIO_NET_CTRL_RX_NOMULTI.</summary>
    ReceiveNoMulticast = 0x0003,

    /// <summary>VIRTIO_NET_CTRL_RX_NOUNI.</summary>
    ReceiveNoUnicast = 0x0004,

    /// <summary>VIRTIO_NET_CTRL_RX_NOBCAST.</summary>
    ReceiveNoBroadcast = 0x0005,

    /// <summary>VIRTIO_NET_CTRL_MAC_TABLE_SET.</summary>
    MacTableSet = 0x0100,

    /// <summary>VIRTIO_NET_CTRL_MAC_ADDR_SET.</summary>
    MacAddressSet = 0x0101,

    /// <summary>VIRTIO_NET_CTRL_ANNOUNCE_ACK.</summary>
    AnnounceAck = 0x0300,

    /// <summary>VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET.</summary>
    QueuePairsSet = 0x0400,
}
