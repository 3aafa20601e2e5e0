using Propolis.Vmm.Net;

namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>Which frame headers may pass, by the features in use (VIRTIO 1.2, 5.1.6.2 and 5.1.6.4).</summary>
public static class NetHeaderRules
{
    /// <summary>The header of a frame from the guest as the backend gets it; null when the frame asks for what was not agreed.</summary>
    public static NetHeader? FromGuest(in NetHeader header, ulong features)
    {
        if ((features & VirtioNetFeatures.Checksum) == 0) return IsPlain(header) ? default(NetHeader) : null;
        if (!IsAllowed(header, features, VirtioNetFeatures.HostTso4, VirtioNetFeatures.HostTso6, VirtioNetFeatures.HostEcn)) return null;
        return header with { Flags = (byte)(header.Flags & NetHeader.NeedsChecksum), Buffers = 0 };
    }

    /// <summary>The header of a frame to the guest; null when the guest could not make sense of the frame.</summary>
    public static NetHeader? ToGuest(in NetHeader header, ulong features)
    {
        if ((features & VirtioNetFeatures.GuestChecksum) == 0) return IsPlain(header) ? new NetHeader { Buffers = 1 } : null;
        if (!IsAllowed(header, features, VirtioNetFeatures.GuestTso4, VirtioNetFeatures.GuestTso6, VirtioNetFeatures.GuestEcn)) return null;
        return header with { Flags = (byte)(header.Flags & (NetHeader.NeedsChecksum | NetHeader.DataValid)), Buffers = 1 };
    }

    static bool IsPlain(in NetHeader header) => (header.Flags & NetHeader.NeedsChecksum) == 0 && header.Segmentation == NetSegmentation.None;

    static bool IsAllowed(in NetHeader header, ulong features, ulong tcp4, ulong tcp6, ulong ecn)
    {
        var hasEcn = (header.Segmentation & NetSegmentation.Ecn) != 0;
        var type = header.Segmentation & ~NetSegmentation.Ecn;
        if (hasEcn && (type == NetSegmentation.None || (features & ecn) == 0)) return false;
        return type switch
        {
            NetSegmentation.None => true,
            NetSegmentation.Tcp4 => (features & tcp4) != 0 && header.SegmentSize != 0,
            NetSegmentation.Tcp6 => (features & tcp6) != 0 && header.SegmentSize != 0,
            _ => false,
        };
    }
}
