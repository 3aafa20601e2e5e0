namespace Propolis.Vmm.Devices.Virtio.Transport;

/// <summary>Which structure a vendor capability points to: cfg_type (VIRTIO 1.2, 4.1.4).</summary>
enum VirtioPciCapability : byte
{
    Common = 1,
    Notify = 2,
    Isr = 3,
    Device = 4,
    PciAccess = 5,
}
