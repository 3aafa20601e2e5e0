using Propolis.Vmm.Net;

namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>
/// Which frames the guest wants (VIRTIO 1.2, 5.1.6.5.1 and 5.1.6.5.2). Replaced as a whole by commands, read by every receive queue. A card starts promiscuous: a driver
/// that never speaks of filters gets everything.
/// </summary>
public sealed record ReceiveFilter
{
    /// <summary>Addresses of each kind that a table may have; longer tables let everything of their kind pass.</summary>
    public const int MaxAddresses = 64;

    /// <summary>The card's own address.</summary>
    public required MacAddress Mac { get; init; }

    /// <summary>Everything passes.</summary>
    public bool IsPromiscuous { get; init; } = true;

    /// <summary>All groups pass.</summary>
    public bool AllowsAllMulticast { get; init; }

    /// <summary>All stations pass.</summary>
    public bool AllowsAllUnicast { get; init; }

    /// <summary>No group passes.</summary>
    public bool BarsMulticast { get; init; }

    /// <summary>No station passes.</summary>
    public bool BarsUnicast { get; init; }

    /// <summary>Broadcasts do not pass.</summary>
    public bool BarsBroadcast { get; init; }

    /// <summary>Stations that pass beside <see cref="Mac"/>.</summary>
    public MacAddress[] Unicast { get; init; } = [];

    /// <summary>Groups that pass.</summary>
    public MacAddress[] Multicast { get; init; } = [];

    /// <summary>The table of stations was too long: all pass.</summary>
    public bool UnicastOverflowed { get; init; }

    /// <summary>The table of groups was too long: all pass.</summary>
    public bool MulticastOverflowed { get; init; }

    /// <summary>Judges a frame by its first six bytes.</summary>
    public bool Passes(ReadOnlySpan<byte> ethernet)
    {
        if (ethernet.Length < NetFrames.EthernetHeader) return false;
        if (IsPromiscuous) return true;
        var destination = new MacAddress(ethernet);
        if (destination.IsBroadcast) return !BarsBroadcast;
        if (destination.IsMulticast)
            return AllowsAllMulticast || (!BarsMulticast && (MulticastOverflowed || Contains(Multicast, destination)));
        return AllowsAllUnicast || (!BarsUnicast && (destination == Mac || UnicastOverflowed || Contains(Unicast, destination)));
    }

    static bool Contains(MacAddress[] addresses, MacAddress wanted) => addresses.AsSpan().Contains(wanted);
}
