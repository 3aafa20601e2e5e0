namespace Propolis.Vmm.Devices.Virtio;

/// <summary>Feature bits of queues and transport (VIRTIO 1.2, chapter 6).</summary>
public static class VirtioFeatures
{
    /// <summary>VIRTIO_F_ANY_LAYOUT (legacy, 6.3): requests are cut into descriptors in any way.</summary>
    public const ulong AnyLayout = 1UL << 27;

    /// <summary>VIRTIO_F_INDIRECT_DESC.</summary>
    public const ulong IndirectDescriptors = 1UL << 28;

    /// <summary>VIRTIO_F_EVENT_IDX.</summary>
    public const ulong EventIdx = 1UL << 29;

    /// <summary>VIRTIO_F_VERSION_1: the driver is not a legacy one.</summary>
    public const ulong Version1 = 1UL << 32;

    /// <summary>VIRTIO_F_RING_RESET: one queue can be reset alone.</summary>
    public const ulong RingReset = 1UL << 40;

    /// <summary>What the transport adds to every device's own bits.</summary>
    public const ulong Transport = AnyLayout | IndirectDescriptors | EventIdx | Version1 | RingReset;
}
