namespace Propolis.Standalone.Config;

/// <summary>A disk as the guest sees it.</summary>
abstract record DiskDeviceConfig : PciDeviceConfig
{
    /// <summary>Where its bytes are; no other device has it.</summary>
    public required BlockDeviceConfig BlockDevice { get; init; }

    /// <summary>Most queues that the guest may use; the engine's own choice when null.</summary>
    public int? Queues { get; init; }
}
