namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>What a queue of a network card is for (VIRTIO 1.2, 5.1.2).</summary>
public enum QueueRole
{
    /// <summary>Nothing, with the features in use.</summary>
    None,

    /// <summary>Frames to the guest.</summary>
    Receive,

    /// <summary>Frames from the guest.</summary>
    Transmit,

    /// <summary>Commands.</summary>
    Control,
}
