namespace Propolis.Vmm.Firmware;

/// <summary>Kinds of devices in a boot order.</summary>
public enum BootDeviceKind
{
    /// <summary>A virtio disk.</summary>
    VirtioBlock,

    /// <summary>The one namespace of an NVMe controller.</summary>
    Nvme,

    /// <summary>A virtio network card, for network boot.</summary>
    VirtioNetwork,
}
