namespace Propolis.Vmm.Devices.Virtio.Block;

/// <summary>How a virtio disk presents itself.</summary>
public sealed record VirtioBlockOptions
{
    /// <summary>What GET_ID answers: its first 20 characters, in ASCII. In Linux /sys/block/vda/serial.</summary>
    public string Serial { get; init; } = "";

    /// <summary>Request queues, 1 to 64.</summary>
    public int Queues { get; init; } = 1;

    /// <summary>Entries per queue, a power of two from 4 to 1024.</summary>
    public ushort QueueSize { get; init; } = 256;
}
