namespace Propolis.Standalone.Config;

/// <summary>driver = "pci-virtio-viona": a virtio network card.</summary>
sealed record VionaConfig : PciDeviceConfig
{
    /// <summary>The link of the host: a VNIC on illumos, a tap device on Linux.</summary>
    public required string Vnic { get; init; }

    /// <summary>Entries of each receive queue, a power of two; the device's own choice when null.</summary>
    public ushort? RxQueueSize { get; init; }

    /// <summary>Entries of each transmit queue, a power of two; the device's own choice when null.</summary>
    public ushort? TxQueueSize { get; init; }

    /// <summary>Packets are copied out of guest memory rather than lent; the device's own choice when null.</summary>
    public bool? TxCopyData { get; init; }

    /// <summary>Bytes left free before each packet for headers of the host; the device's own choice when null.</summary>
    public ushort? TxHeaderPad { get; init; }
}
