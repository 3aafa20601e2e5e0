namespace Propolis.Vmm.Net;

/// <summary>Work on frames that the receiver takes over from the sender. Values are those of TUN_F_*.</summary>
[Flags]
public enum NetOffloads : uint
{
    /// <summary>Frames arrive finished.</summary>
    None = 0,

    /// <summary>Checksums may be missing.</summary>
    Checksum = 1,

    /// <summary>TCP over IPv4 may arrive unsegmented.</summary>
    Tcp4 = 2,

    /// <summary>TCP over IPv6 may arrive unsegmented.</summary>
    Tcp6 = 4,

    /// <summary>Unsegmented TCP may have ECN.</summary>
    Ecn = 8,
}
