using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Block;
using Propolis.Vmm.Devices.Virtio.Transport;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Io;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.Transport;

public sealed class ModernTransportTests : IDisposable
{
    const ulong Ring = 0x1000;
    const ulong Requests = 0x2_0000;
    const ulong Data = 0x8_0000;
    const ulong Basic = VirtioFeatures.Version1 | VirtioBlockFeatures.BlockSize;

    readonly TestMemory _memory = new();
    readonly IoThread _thread = new("virtio-test");
    readonly byte[] _contents = new byte[64 * 512];

    VirtioBlock _disk = null!;
    VirtioPciFunction _function = null!;
    FakeSlot _slot = null!;
    ModernDriver _driver = null!;

    [Theory]
    [InlineData(true, 0x1001, 0, 2)]
    [InlineData(false, 0x1042, 1, 0x42)]
    public void Identity_tells_transitional_from_modern(bool isTransitional, int device, int revision, int subsystem)
    {
        Attach(isTransitional: isTransitional);

        Assert.Equal(0x1af4, _slot.ReadConfig16(0));
        Assert.Equal(device, _slot.ReadConfig16(2));
        Assert.Equal(revision, _slot.ReadConfig8(8));
        Assert.Equal(0x0100, _slot.ReadConfig16(0x0a));
        Assert.Equal(subsystem, _slot.ReadConfig16(0x2e));
        Assert.Equal(isTransitional, _slot.ReadConfig32(0x10) != 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Disk_is_read_through_doorbell_and_msix(bool isTransitional)
    {
        _contents.AsSpan(5 * 512, 512).Fill(0x77);
        Attach(isTransitional: isTransitional);
        _slot.EnableMsix(2);
        _driver.Negotiate(Basic | VirtioFeatures.EventIdx);
        var queue = _driver.AddQueue(0, Ring, 64, eventIdx: true, vector: 1);
        _driver.Ready();
        var commands = new BlockCommands(_memory, queue, Requests);

        var status = commands.Add(BlockRequestType.In, 5, new DriverBuffer(Data, 512, true));
        Assert.True(queue.Publish());
        _driver.Ring(0);
        Eventually.Holds("the interrupt", () => _slot.Messages.Length == 1);

        Assert.Equal([0x41u], _slot.Messages);
        Assert.Equal(BlockRequestStatus.Ok, commands.Status(status));
        Assert.All(_memory.Bytes(Data, 512), b => Assert.Equal(0x77, b));
        Assert.False(_slot.IntxLevel);
    }

    [Fact]
    public void Interrupt_pin_follows_the_isr()
    {
        Attach();
        var (queue, commands) = Ready();

        commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        _driver.Ring(0);
        Eventually.Holds("the pin is up", () => _slot.IntxLevel);

        Assert.Equal(1, _slot.Read<byte>(_driver.Isr));
        Assert.False(_slot.IntxLevel);
        Assert.Equal(0, _slot.Read<byte>(_driver.Isr));
        Assert.Empty(_slot.Messages);
    }

    [Fact]
    public void Features_that_were_not_offered_are_refused()
    {
        Attach();

        _driver.Negotiate(Basic | 1UL << 33);

        Assert.Equal(DeviceStatus.Acknowledge | DeviceStatus.Driver, _driver.Status);
    }

    [Fact]
    public void Driver_without_version_1_is_refused_on_the_modern_side()
    {
        Attach();

        _driver.Negotiate(VirtioBlockFeatures.BlockSize);
        _driver.Ready();

        Assert.Equal(DeviceStatus.Acknowledge | DeviceStatus.Driver, _driver.Status);
    }

    [Fact]
    public void Features_are_fixed_once_confirmed()
    {
        Attach();
        _driver.Negotiate(Basic);

        _driver.ChosenFeatures = VirtioFeatures.Version1;

        Assert.Equal(Basic, _function.Features);
    }

    [Fact]
    public void Offer_has_the_transports_features_and_no_legacy_ones()
    {
        Attach();

        Assert.Equal(_disk.OfferedFeatures | VirtioFeatures.Version1 | VirtioFeatures.EventIdx | VirtioFeatures.IndirectDescriptors | VirtioFeatures.RingReset, _driver.OfferedFeatures);
    }

    [Fact]
    public void Queue_that_does_not_exist_has_size_zero()
    {
        Attach();

        _driver.Select(9);

        Assert.Equal(0, _slot.Read<ushort>(_driver.Common + 0x18));
        _slot.Write<ushort>(_driver.Common + 0x1c, 1);
        Assert.Equal(0, _slot.Read<ushort>(_driver.Common + 0x1c));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(0)]
    [InlineData(512)]
    public void Wrong_queue_size_is_not_taken(int size)
    {
        Attach();
        _driver.Negotiate(Basic);
        _driver.Select(0);

        _slot.Write(_driver.Common + 0x18, (ushort)size);

        Assert.Equal(256, _slot.Read<ushort>(_driver.Common + 0x18));
    }

    [Fact]
    public void Vector_that_does_not_exist_reads_back_as_none()
    {
        Attach();
        _driver.Negotiate(Basic);

        _slot.Write<ushort>(_driver.Common + 0x10, 2);
        _slot.Write<ushort>(_driver.Common + 0x1a, 1);

        Assert.Equal(0xffff, _slot.Read<ushort>(_driver.Common + 0x10));
        Assert.Equal(1, _slot.Read<ushort>(_driver.Common + 0x1a));
    }

    [Fact]
    public void Broken_ring_asks_for_a_reset_and_gets_over_it()
    {
        Attach();
        _slot.EnableMsix(2);
        _driver.Negotiate(Basic);
        _slot.Write<ushort>(_driver.Common + 0x10, 0);
        var queue = _driver.AddQueue(0, Ring, 64, eventIdx: false, vector: 1);
        _driver.Ready();

        queue.OfferRaw(64);
        queue.Publish();
        _driver.Ring(0);
        Eventually.Holds("the device asks", () => _slot.Messages.Contains(0x40u));

        Assert.Equal(DeviceStatus.NeedsReset, _driver.Status & DeviceStatus.NeedsReset);
        Assert.Equal(1, _slot.Read<byte>(_driver.Common + 0x15));
        Assert.Equal(1, _disk.Misuses);
        var (again, commands) = Ready();
        var status = commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        again.Publish();
        _driver.Ring(0);
        Eventually.Holds("the disk answers again", () => commands.Status(status) == BlockRequestStatus.Ok);
        Assert.Equal(DeviceStatus.None, _driver.Status & DeviceStatus.NeedsReset);
    }

    [Fact]
    public void Reset_reads_as_over_when_nothing_is_in_flight_any_more()
    {
        var backend = HeldBackend.WithSectors(64);
        Attach(backend);
        var (queue, commands) = Ready();
        var status = commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        _driver.Ring(0);
        Eventually.Holds("the backend has it", () => backend.Held == 1);

        _driver.Status = DeviceStatus.None;
        Assert.NotEqual(DeviceStatus.None, _driver.Status);
        backend.Release(0);

        Assert.Equal(DeviceStatus.None, _driver.Status);
        Assert.Null(commands.Status(status));
        Assert.Equal(0, queue.UsedIdx);
    }

    [Fact]
    public void Ring_reset_takes_one_queue_back()
    {
        var backend = HeldBackend.WithSectors(64);
        Attach(backend);
        var (queue, commands) = Ready(VirtioFeatures.RingReset);
        commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        _driver.Ring(0);
        Eventually.Holds("the backend has it", () => backend.Held == 1);

        _slot.Write<ushort>(_driver.Common + 0x3a, 1);
        Assert.Equal(1, _slot.Read<ushort>(_driver.Common + 0x3a));
        backend.Release(0);
        Assert.Equal(0, _slot.Read<ushort>(_driver.Common + 0x3a));
        Assert.Equal(0, _slot.Read<ushort>(_driver.Common + 0x1c));
        var again = _driver.AddQueue(0, 0x4000, 32, eventIdx: false);
        var more = new BlockCommands(_memory, again, 0x6_0000);
        var status = more.Add(BlockRequestType.Flush, 0);
        again.Publish();
        _driver.Ring(0);
        Eventually.Holds("the new ring is served", () => backend.Held == 1);
        backend.Release(0);

        Assert.Equal(BlockRequestStatus.Ok, more.Status(status));
        Assert.Equal(0, queue.UsedIdx);
    }

    [Fact]
    public void Kernel_doorbells_move_with_the_bar_and_serve_the_queue()
    {
        Attach(bindsDoorbells: true);
        var modern = new DoorbellAddress(false, _driver.Notify, 0, null);
        Assert.Equal([new DoorbellAddress(true, _slot.PortBase + 0x10, 2, 0), modern], _slot.Doorbells);

        _slot.WriteConfig32(0x18, 0xd000_0000);
        Assert.Contains(new DoorbellAddress(false, 0xd000_2000, 0, null), _slot.Doorbells);
        Assert.DoesNotContain(modern, _slot.Doorbells);
        _driver = new ModernDriver(_slot, _memory.Guest);
        var (queue, commands) = Ready();
        var status = commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        Assert.True(_slot.RingInKernel(new DoorbellAddress(false, 0xd000_2000, 0, null)));
        Eventually.Holds("the disk answers", () => commands.Status(status) == BlockRequestStatus.Ok);

        _slot.WriteConfig16(0x04, 0);
        Assert.Empty(_slot.Doorbells);
    }

    [Fact]
    public void Registers_are_reached_through_configuration_space()
    {
        Attach();
        var window = _slot.FindCapability(0x09, at => _slot.ReadConfig8(at + 3) == 5);

        _slot.WriteConfig8(window + 4, 2);
        _slot.WriteConfig32(window + 8, 0x12);
        _slot.WriteConfig32(window + 12, 2);
        Assert.Equal(1, _slot.ReadConfig16(window + 16));
        _slot.WriteConfig32(window + 8, 0x14);
        _slot.WriteConfig32(window + 12, 1);
        _slot.WriteConfig8(window + 16, 3);

        Assert.Equal(DeviceStatus.Acknowledge | DeviceStatus.Driver, _driver.Status);
    }

    [Fact]
    public void Queue_before_driver_ok_waits_for_it()
    {
        Attach();
        _driver.Negotiate(Basic);
        var queue = _driver.AddQueue(0, Ring, 64, eventIdx: false);
        var commands = new BlockCommands(_memory, queue, Requests);
        var status = commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        _driver.Ring(0);
        Assert.Null(commands.Status(status));

        _driver.Ready();

        Eventually.Holds("the disk answers", () => commands.Status(status) == BlockRequestStatus.Ok);
    }

    public void Dispose()
    {
        _function?.Halt();
        _thread.Dispose();
        _memory.Dispose();
    }

    void Attach(HeldBackend? backend = null, bool isTransitional = true, bool bindsDoorbells = false)
    {
        _disk = new VirtioBlock(new VirtioBlockOptions(), backend is null ? new MemoryBackend(_contents) : backend, TimeProvider.System);
        _function = new VirtioPciFunction(_disk, [_thread], isTransitional);
        _slot = new FakeSlot(_memory.Guest, _function, bindsDoorbells);
        _slot.PlaceBars();
        _driver = new ModernDriver(_slot, _memory.Guest);
    }

    (DriverQueue Queue, BlockCommands Commands) Ready(ulong more = 0)
    {
        _driver.Negotiate(Basic | more);
        var queue = _driver.AddQueue(0, Ring, 64, eventIdx: false);
        _driver.Ready();
        return (queue, new BlockCommands(_memory, queue, Requests));
    }
}
