using Propolis.Vmm.Devices.Virtio.Queue;

namespace Propolis.Vmm.Devices.Virtio;

/// <summary>What a device type asks of the bus it is attached to. From any thread, with no lock held but a queue's.</summary>
public interface IVirtioTransport
{
    /// <summary>Feature bits in use; 0 before the driver chose.</summary>
    ulong Features { get; }

    /// <summary>Interrupts for used buffers of a queue.</summary>
    void QueueUsed(VirtQueue queue);

    /// <summary>The device's configuration or status changed: interrupts for that, and the configuration's generation moves on.</summary>
    void ConfigurationChanged();

    /// <summary>Has a queue served soon, on its I/O thread, as if the driver had rung its doorbell.</summary>
    void Kick(int queue);
}
