using Propolis.Vmm.Net;

namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>How a virtio network card presents itself.</summary>
public sealed record VirtioNetOptions
{
    /// <summary>Most pairs of queues a card can have.</summary>
    public const int MaxPairs = 11;

    /// <summary>The card's address.</summary>
    public required MacAddress Mac { get; init; }

    /// <summary>Entries of a receive queue, a power of two from 4 to 32768.</summary>
    public ushort ReceiveQueueSize { get; init; } = 0x800;

    /// <summary>Entries of a transmit queue, a power of two from 4 to 32768.</summary>
    public ushort TransmitQueueSize { get; init; } = 0x100;
}
