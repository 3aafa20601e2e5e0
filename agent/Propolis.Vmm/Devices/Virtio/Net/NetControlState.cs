namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>What a driver changes by command. Replaced as a whole.</summary>
public sealed record NetControlState
{
    /// <summary>Which frames the guest wants.</summary>
    public required ReceiveFilter Filter { get; init; }

    /// <summary>Pairs of queues that frames are spread over.</summary>
    public int ActivePairs { get; init; } = 1;

    /// <summary>VIRTIO_NET_S_ANNOUNCE: the driver has been asked to announce the guest.</summary>
    public bool IsAnnouncing { get; init; }

    /// <summary>VIRTIO_NET_S_LINK_UP.</summary>
    public bool IsLinkUp { get; init; } = true;
}
