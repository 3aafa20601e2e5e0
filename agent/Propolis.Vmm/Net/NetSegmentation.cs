namespace Propolis.Vmm.Net;

/// <summary>gso_type of a frame's header (VIRTIO 1.2, 5.1.6).</summary>
public enum NetSegmentation : byte
{
    /// <summary>An ordinary frame.</summary>
    None = 0,

    /// <summary>TCP over IPv4, to be cut into segments.</summary>
    Tcp4 = 1,

    /// <summary>UDP, to be cut into fragments.</summary>
    Udp = 3,

    /// <summary>TCP over IPv6, to be cut into segments.</summary>
    Tcp6 = 4,

    /// <summary>Bit beside the TCP types: the TCP has ECN.</summary>
    Ecn = 0x80,
}
