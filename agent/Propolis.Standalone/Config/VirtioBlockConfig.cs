namespace Propolis.Standalone.Config;

/// <summary>driver = "pci-virtio-block": a virtio disk.</summary>
sealed record VirtioBlockConfig : DiskDeviceConfig
{
    /// <summary>Most request queues: one for each vCPU.</summary>
    public const int MaxQueues = MainConfig.MaxCpus;
}
