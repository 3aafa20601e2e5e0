namespace Propolis.Vmm.Devices.Virtio.Transport;

/// <summary>Which features a driver of each age sees and may take, and how the status may move (VIRTIO 1.2, 2.1, 2.2, 6.1).</summary>
public static class NegotiationRules
{
    /// <summary>What the modern interface offers.</summary>
    public static ulong ModernOffer(ulong deviceFeatures) => (deviceFeatures | VirtioFeatures.Transport) & ~VirtioFeatures.AnyLayout;

    /// <summary>What the legacy interface offers: the low 32 bits.</summary>
    public static uint LegacyOffer(ulong deviceFeatures) => (uint)(deviceFeatures | VirtioFeatures.Transport);

    /// <summary>A driver's choice that FEATURES_OK may confirm: nothing that was not offered, and VERSION_1.</summary>
    public static bool IsAcceptable(ulong chosen, ulong offer) => (chosen & ~offer) == 0 && (chosen & VirtioFeatures.Version1) != 0;

    /// <summary>
    /// The status after a driver wrote <paramref name="written"/> (not 0) over <paramref name="current"/>: bits are only ever added; FEATURES_OK needs acceptable features, and
    /// DRIVER_OK needs FEATURES_OK, except from a legacy driver, which knows only the first three bits.
    /// </summary>
    public static DeviceStatus Next(DeviceStatus current, DeviceStatus written, bool isLegacy, bool featuresAccepted)
    {
        const DeviceStatus always = DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.Failed;
        var next = current | (written & always);
        if (isLegacy) return next | (written & DeviceStatus.DriverOk);
        if (featuresAccepted) next |= written & DeviceStatus.FeaturesOk;
        if ((next & DeviceStatus.FeaturesOk) != 0) next |= written & DeviceStatus.DriverOk;
        return next;
    }
}
