namespace Propolis.Vmm.Devices.Virtio;

/// <summary>The device status field (VIRTIO 1.2, 2.1).</summary>
[Flags]
public enum DeviceStatus : byte
{
    /// <summary>Reset.</summary>
    None = 0,

    /// <summary>The driver has seen the device.</summary>
    Acknowledge = 1,

    /// <summary>The driver knows how to drive it.</summary>
    Driver = 2,

    /// <summary>The driver is set up: queues are live.</summary>
    DriverOk = 4,

    /// <summary>Features are agreed.</summary>
    FeaturesOk = 8,

    /// <summary>The device cannot go on without a reset.</summary>
    NeedsReset = 0x40,

    /// <summary>The driver gave up.</summary>
    Failed = 0x80,
}
