using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>A modern driver's half of the PCI transport (VIRTIO 1.2, 3.1.1 and 4.1.5): finds the structures by their capabilities.</summary>
sealed class ModernDriver
{
    readonly FakeSlot _slot;
    readonly GuestMemory _memory;

    public ModernDriver(FakeSlot slot, GuestMemory memory)
    {
        _slot = slot;
        _memory = memory;
        Common = Locate(1);
        Notify = Locate(2);
        Isr = Locate(3);
        Device = Locate(4);
        Multiplier = slot.ReadConfig32(Find(2) + 16);
    }

    public ulong Common { get; }

    public ulong Notify { get; }

    public ulong Isr { get; }

    public ulong Device { get; }

    public uint Multiplier { get; }

    public DeviceStatus Status
    {
        get => (DeviceStatus)_slot.Read<byte>(Common + 0x14);
        set => _slot.Write(Common + 0x14, (byte)value);
    }

    public ulong OfferedFeatures
    {
        get
        {
            _slot.Write(Common, 0u);
            ulong low = _slot.Read<uint>(Common + 4);
            _slot.Write(Common, 1u);
            return low | ((ulong)_slot.Read<uint>(Common + 4) << 32);
        }
    }

    public ulong ChosenFeatures
    {
        set
        {
            _slot.Write(Common + 8, 0u);
            _slot.Write(Common + 0xc, (uint)value);
            _slot.Write(Common + 8, 1u);
            _slot.Write(Common + 0xc, (uint)(value >> 32));
        }
    }

    public void Reset()
    {
        Status = DeviceStatus.None;
        Eventually.Holds("the reset is over", () => Status == DeviceStatus.None);
    }

    /// <summary>Steps 1 to 6 of 3.1.1: reset, acknowledge, features.</summary>
    public void Negotiate(ulong features)
    {
        Reset();
        Status = DeviceStatus.Acknowledge;
        Status = DeviceStatus.Acknowledge | DeviceStatus.Driver;
        ChosenFeatures = features;
        Status = DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk;
    }

    /// <summary>Step 7 for one queue, whose ring goes to <paramref name="address"/>; with <paramref name="vector"/> its interrupts.</summary>
    public DriverQueue AddQueue(ushort index, ulong address, ushort size, bool eventIdx, ushort vector = VirtQueue.NoVector)
    {
        var queue = new DriverQueue(_memory, address, size, eventIdx);
        EnableQueue(index, queue, vector);
        return queue;
    }

    public void EnableQueue(ushort index, DriverQueue queue, ushort vector)
    {
        Select(index);
        _slot.Write(Common + 0x18, queue.Size);
        _slot.Write(Common + 0x1a, vector);
        WriteAddress(0x20, queue.Areas.Descriptors);
        WriteAddress(0x28, queue.Areas.Driver);
        WriteAddress(0x30, queue.Areas.Device);
        _slot.Write<ushort>(Common + 0x1c, 1);
    }

    /// <summary>Step 8.</summary>
    public void Ready() => Status = Status | DeviceStatus.DriverOk;

    public void Select(ushort index) => _slot.Write(Common + 0x16, index);

    public void Ring(ushort index)
    {
        Select(index);
        _slot.Write(Notify + _slot.Read<ushort>(Common + 0x1e) * (ulong)Multiplier, index);
    }

    public T ReadDevice<T>(int offset) where T : unmanaged => _slot.Read<T>(Device + (ulong)offset);

    int Find(byte type) => _slot.FindCapability(0x09, at => _slot.ReadConfig8(at + 3) == type);

    ulong Locate(byte type)
    {
        var capability = Find(type);
        var bar = _slot.ReadConfig8(capability + 4);
        return (_slot.ReadConfig32(0x10 + 4 * bar) & ~15u) + _slot.ReadConfig32(capability + 8);
    }

    void WriteAddress(ulong register, ulong value)
    {
        _slot.Write(Common + register, (uint)value);
        _slot.Write(Common + register + 4, (uint)(value >> 32));
    }
}
