namespace Propolis.Vmm.Devices.Virtio;

/// <summary>What a virtio device is (VIRTIO 1.2, chapter 5).</summary>
public enum VirtioDeviceType : ushort
{
    /// <summary>Network card.</summary>
    Network = 1,

    /// <summary>Block device.</summary>
    Block = 2,
}
