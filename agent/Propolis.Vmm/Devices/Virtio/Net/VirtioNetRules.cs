using Propolis.Vmm.Net;

namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>What a network card offers for a backend, which choices of a driver hang together, and which queue is what (VIRTIO 1.2, 5.1.2 and 5.1.3).</summary>
public static class VirtioNetRules
{
    /// <summary>Bytes of the configuration space: mac, status, max_virtqueue_pairs, mtu.</summary>
    public const int ConfigurationLength = 12;

    /// <summary>Entries of the control queue.</summary>
    public const ushort ControlQueueSize = 32;

    static readonly (ulong Feature, ulong Needs)[] Dependencies =
    [
        (VirtioNetFeatures.GuestTso4, VirtioNetFeatures.GuestChecksum),
        (VirtioNetFeatures.GuestTso6, VirtioNetFeatures.GuestChecksum),
        (VirtioNetFeatures.HostTso4, VirtioNetFeatures.Checksum),
        (VirtioNetFeatures.HostTso6, VirtioNetFeatures.Checksum),
        (VirtioNetFeatures.ControlReceive, VirtioNetFeatures.ControlQueue),
        (VirtioNetFeatures.ControlReceiveExtra, VirtioNetFeatures.ControlQueue),
        (VirtioNetFeatures.GuestAnnounce, VirtioNetFeatures.ControlQueue),
        (VirtioNetFeatures.MultiQueue, VirtioNetFeatures.ControlQueue),
        (VirtioNetFeatures.ControlMacAddress, VirtioNetFeatures.ControlQueue),
    ];

    /// <summary>The device's own feature bits.</summary>
    public static ulong Offer(NetAbilities abilities)
    {
        var features = VirtioNetFeatures.Mac | VirtioNetFeatures.Status | VirtioNetFeatures.MergeableBuffers | VirtioNetFeatures.ControlQueue | VirtioNetFeatures.ControlReceive
            | VirtioNetFeatures.ControlReceiveExtra | VirtioNetFeatures.ControlMacAddress | VirtioNetFeatures.GuestAnnounce;
        if (abilities.Mtu is >= 68 and <= ushort.MaxValue) features |= VirtioNetFeatures.Mtu;
        if (abilities.QueuePairs > 1) features |= VirtioNetFeatures.MultiQueue;
        if ((abilities.Offloads & NetOffloads.Checksum) == 0) return features;
        features |= VirtioNetFeatures.Checksum | VirtioNetFeatures.GuestChecksum;
        if ((abilities.Offloads & NetOffloads.Tcp4) != 0) features |= VirtioNetFeatures.HostTso4 | VirtioNetFeatures.GuestTso4;
        if ((abilities.Offloads & NetOffloads.Tcp6) != 0) features |= VirtioNetFeatures.HostTso6 | VirtioNetFeatures.GuestTso6;
        if ((abilities.Offloads & NetOffloads.Ecn) != 0) features |= VirtioNetFeatures.HostEcn | VirtioNetFeatures.GuestEcn;
        return features;
    }

    /// <summary>True when every bit comes with those it needs (5.1.3.1).</summary>
    public static bool IsConsistent(ulong features)
    {
        foreach (var (feature, needs) in Dependencies)
        {
            if ((features & feature) != 0 && (features & needs) == 0) return false;
        }
        const ulong guestTso = VirtioNetFeatures.GuestTso4 | VirtioNetFeatures.GuestTso6;
        const ulong hostTso = VirtioNetFeatures.HostTso4 | VirtioNetFeatures.HostTso6;
        if ((features & VirtioNetFeatures.GuestEcn) != 0 && (features & guestTso) == 0) return false;
        return (features & VirtioNetFeatures.HostEcn) == 0 || (features & hostTso) != 0;
    }

    /// <summary>What a driver with these features understands of received frames.</summary>
    public static NetOffloads ReceiverOffloads(ulong features)
    {
        var offloads = NetOffloads.None;
        if ((features & VirtioNetFeatures.GuestChecksum) == 0) return offloads;
        offloads |= NetOffloads.Checksum;
        if ((features & VirtioNetFeatures.GuestTso4) != 0) offloads |= NetOffloads.Tcp4;
        if ((features & VirtioNetFeatures.GuestTso6) != 0) offloads |= NetOffloads.Tcp6;
        if ((features & VirtioNetFeatures.GuestEcn) != 0) offloads |= NetOffloads.Ecn;
        return offloads;
    }

    /// <summary>What queue <paramref name="index"/> is for on a card with <paramref name="pairs"/> pairs: the control queue's number depends on the features.</summary>
    public static QueueRole RoleOf(int index, ulong features, int pairs)
    {
        var usable = (features & VirtioNetFeatures.MultiQueue) != 0 ? pairs : 1;
        if (index < 2 * usable) return (index & 1) == 0 ? QueueRole.Receive : QueueRole.Transmit;
        return index == 2 * usable && (features & VirtioNetFeatures.ControlQueue) != 0 ? QueueRole.Control : QueueRole.None;
    }

    /// <summary>Bytes of the header in front of a frame in the guest's buffers (5.1.6.1).</summary>
    public static int HeaderLength(ulong features) =>
        (features & (VirtioFeatures.Version1 | VirtioNetFeatures.MergeableBuffers)) != 0 ? NetHeader.Size : NetHeader.LegacySize;
}
