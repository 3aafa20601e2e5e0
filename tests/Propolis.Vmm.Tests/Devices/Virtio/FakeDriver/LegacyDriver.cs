using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>A legacy driver's half of the PCI transport (VIRTIO 1.2, 3.1.2 and 4.1.4.10): ports only.</summary>
sealed class LegacyDriver(FakeSlot slot, GuestMemory memory)
{
    public DeviceStatus Status
    {
        get => (DeviceStatus)slot.In<byte>(0x12);
        set => slot.Out(0x12, (byte)value);
    }

    public uint OfferedFeatures => slot.In<uint>(0);

    public uint ChosenFeatures
    {
        get => slot.In<uint>(4);
        set => slot.Out(4, value);
    }

    public byte Isr => slot.In<byte>(0x13);

    public void Negotiate(uint features)
    {
        Status = DeviceStatus.None;
        Status = DeviceStatus.Acknowledge;
        Status = DeviceStatus.Acknowledge | DeviceStatus.Driver;
        ChosenFeatures = features;
    }

    public DriverQueue AddQueue(ushort index, uint page, bool eventIdx)
    {
        slot.Out<ushort>(0x0e, index);
        var size = slot.In<ushort>(0x0c);
        var queue = new DriverQueue(memory, VirtQueueRules.LegacyAreas(page, size), size, eventIdx);
        slot.Out(0x08, page);
        return queue;
    }

    public void Ready() => Status = Status | DeviceStatus.DriverOk;

    public void Ring(ushort index) => slot.Out(0x10, index);
}
