namespace Propolis.Vmm.Devices.Virtio.Queue;

/// <summary>What <see cref="VirtQueue.TryPop"/> found.</summary>
public enum PopResult
{
    /// <summary>The chain is filled and in flight.</summary>
    Popped,

    /// <summary>Nothing is available, or the queue does not run.</summary>
    Empty,

    /// <summary>The driver broke the rules just now; the queue has stopped.</summary>
    Misused,
}
