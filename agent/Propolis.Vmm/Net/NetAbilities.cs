namespace Propolis.Vmm.Net;

/// <summary>What a backend can do; fixed while it is attached.</summary>
public sealed record NetAbilities
{
    /// <summary>Pairs of a receive and a transmit queue, from 1.</summary>
    public int QueuePairs { get; init; } = 1;

    /// <summary>Largest frame without its Ethernet header, or null when it is not known.</summary>
    public int? Mtu { get; init; }

    /// <summary>Work that it takes over from a guest that sends, and that it can leave to a guest that receives.</summary>
    public NetOffloads Offloads { get; init; }
}
