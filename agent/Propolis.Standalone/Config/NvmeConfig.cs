namespace Propolis.Standalone.Config;

/// <summary>driver = "pci-nvme": an NVMe controller with one namespace.</summary>
sealed record NvmeConfig : DiskDeviceConfig
{
    /// <summary>Most pairs of I/O queues; with the admin queues the controller has 16.</summary>
    public const int MaxQueues = 15;
}
