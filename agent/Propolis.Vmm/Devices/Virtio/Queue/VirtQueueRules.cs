namespace Propolis.Vmm.Devices.Virtio.Queue;

/// <summary>Arithmetic of a split virtqueue: where its parts lie and when an event is due (VIRTIO 1.2, 2.7).</summary>
public static class VirtQueueRules
{
    /// <summary>Largest queue size.</summary>
    public const ushort MaxSize = 32768;

    /// <summary>Page size of the legacy layout, and unit of its queue address (2.7.2).</summary>
    public const int LegacyPageShift = 12;

    /// <summary>Bytes of the descriptor area.</summary>
    public static ulong DescriptorAreaLength(ushort size) => (ulong)size * Descriptor.Size;

    /// <summary>Bytes of the driver area: flags, idx, ring, used_event.</summary>
    public static ulong DriverAreaLength(ushort size) => 6 + 2UL * size;

    /// <summary>Bytes of the device area: flags, idx, ring, avail_event.</summary>
    public static ulong DeviceAreaLength(ushort size) => 6 + 8UL * size;

    /// <summary>A size that a driver may choose: a power of two up to what the device offers.</summary>
    public static bool IsValidSize(ushort size, ushort maxSize) => size != 0 && size <= maxSize && ushort.IsPow2(size);

    /// <summary>The three areas aligned as 2.7 demands: 16, 2 and 4 bytes.</summary>
    public static bool IsAligned(in QueueAreas areas) => (areas.Descriptors & 15) == 0 && (areas.Driver & 1) == 0 && (areas.Device & 3) == 0;

    /// <summary>Areas of a legacy queue, in one run from page <paramref name="pageNumber"/> with the device area on a page of its own (2.7.2).</summary>
    public static QueueAreas LegacyAreas(uint pageNumber, ushort size)
    {
        const ulong pageMask = (1UL << LegacyPageShift) - 1;
        var descriptors = (ulong)pageNumber << LegacyPageShift;
        var driver = descriptors + DescriptorAreaLength(size);
        return new QueueAreas(descriptors, driver, (driver + DriverAreaLength(size) + pageMask) & ~pageMask);
    }

    /// <summary>
    /// True when an index that moved from <paramref name="before"/> to <paramref name="now"/> passed the other side's event index, modulo 2^16: the other side asked to hear
    /// of the entry at <paramref name="eventIdx"/> (2.7.7.2, 2.7.10).
    /// </summary>
    public static bool IsEventDue(ushort eventIdx, ushort now, ushort before) => (ushort)(now - eventIdx - 1) < (ushort)(now - before);
}
