namespace Propolis.Standalone.Config;

/// <summary>driver = "pci-virtio-socket": connections from the guest to TCP ports near the host. There is at most one.</summary>
sealed record VsockConfig : PciDeviceConfig
{
    /// <summary>The guest's address, 3 to 4294967294.</summary>
    public required uint GuestCid { get; init; }

    /// <summary>Where ports that the guest connects to lead.</summary>
    public required IReadOnlyList<VsockPortMapping> PortMappings { get; init; }
}
