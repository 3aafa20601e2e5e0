using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Block;
using Propolis.Vmm.Devices.Virtio.Transport;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Io;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.Transport;

public sealed class LegacyTransportTests : IDisposable
{
    const uint RingPage = 0x10;
    const ulong Requests = 0x4_0000;
    const ulong Data = 0x8_0000;

    readonly TestMemory _memory = new();
    readonly IoThread _thread = new("virtio-test");
    readonly byte[] _contents = new byte[64 * 512];

    VirtioBlock _disk = null!;
    VirtioPciFunction _function = null!;
    FakeSlot _slot = null!;
    LegacyDriver _driver = null!;

    [Fact]
    public void Registers_start_as_the_specification_says()
    {
        Attach();

        Assert.Equal((uint)(_disk.OfferedFeatures | VirtioFeatures.AnyLayout | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIdx), _driver.OfferedFeatures);
        Assert.Equal(0u, _driver.ChosenFeatures);
        Assert.Equal(0u, _slot.In<uint>(0x08));
        Assert.Equal(256, _slot.In<ushort>(0x0c));
        Assert.Equal(DeviceStatus.None, _driver.Status);
        Assert.Equal(0, _driver.Isr);
        Assert.Equal(64UL, _slot.In<ulong>(0x14));
    }

    [Fact]
    public void Disk_is_read_with_port_doorbell_and_interrupt_pin()
    {
        _contents.AsSpan(512, 512).Fill(0x42);
        Attach();
        _driver.Negotiate(0);
        var queue = _driver.AddQueue(0, RingPage, eventIdx: false);
        _driver.Ready();
        var commands = new BlockCommands(_memory, queue, Requests);
        var status = commands.Add(BlockRequestType.In, 1, new DriverBuffer(Data, 512, true));

        Assert.True(queue.Publish());
        _driver.Ring(0);
        Eventually.Holds("the pin is up", () => _slot.IntxLevel);

        Assert.Equal(1, _driver.Isr);
        Assert.False(_slot.IntxLevel);
        Assert.Equal(0, _driver.Isr);
        Assert.Equal(BlockRequestStatus.Ok, commands.Status(status));
        Assert.All(_memory.Bytes(Data, 512), b => Assert.Equal(0x42, b));
        Assert.Equal(RingPage, _slot.In<uint>(0x08));
    }

    [Fact]
    public void Device_configuration_moves_behind_the_vectors_with_msix()
    {
        Attach();
        Assert.Equal(64UL, _slot.In<ulong>(0x14));

        _slot.EnableMsix(2);

        Assert.Equal(0xffff, _slot.In<ushort>(0x14));
        Assert.Equal(64UL, _slot.In<ulong>(0x18));
        _slot.Out<ushort>(0x14, 0);
        _slot.Out<ushort>(0x16, 1);
        Assert.Equal(0, _slot.In<ushort>(0x14));
        Assert.Equal(1, _slot.In<ushort>(0x16));
        _slot.Out<ushort>(0x16, 2);
        Assert.Equal(0xffff, _slot.In<ushort>(0x16));
    }

    [Fact]
    public void Vectors_interrupt_whether_set_before_or_after_the_address()
    {
        Attach();
        _slot.EnableMsix(2);
        _driver.Negotiate(0);
        _slot.Out<ushort>(0x0e, 0);
        _slot.Out<ushort>(0x16, 1);
        var queue = _driver.AddQueue(0, RingPage, eventIdx: false);
        _driver.Ready();
        var commands = new BlockCommands(_memory, queue, Requests);

        commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        _driver.Ring(0);
        Eventually.Holds("the message", () => _slot.Messages.Length == 1);

        Assert.Equal([0x41u], _slot.Messages);
        Assert.Equal(0, _driver.Isr);
    }

    [Fact]
    public void Queue_works_before_driver_ok()
    {
        Attach();
        _driver.Negotiate(0);
        var queue = _driver.AddQueue(0, RingPage, eventIdx: false);
        var commands = new BlockCommands(_memory, queue, Requests);
        var status = commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));

        queue.Publish();
        _driver.Ring(0);

        Eventually.Holds("the disk answers", () => commands.Status(status) == BlockRequestStatus.Ok);
    }

    [Fact]
    public void Bits_that_were_not_offered_are_left_out()
    {
        Attach();
        _driver.Negotiate(uint.MaxValue);

        Assert.Equal(_driver.OfferedFeatures, _driver.ChosenFeatures);
    }

    [Fact]
    public void Reset_is_over_at_once_and_late_answers_change_nothing()
    {
        var backend = HeldBackend.WithSectors(64);
        Attach(backend);
        var (queue, commands) = Ready();
        var status = commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        _driver.Ring(0);
        Eventually.Holds("the backend has it", () => backend.Held == 1);

        _driver.Status = DeviceStatus.None;
        Assert.Equal(DeviceStatus.None, _driver.Status);
        Assert.Equal(0u, _slot.In<uint>(0x08));
        var (again, more) = Ready();
        backend.Release(0);
        Assert.Null(commands.Status(status));
        Assert.Equal(0, again.UsedIdx);
        var next = more.Add(BlockRequestType.Flush, 0);
        again.Publish();
        _driver.Ring(0);
        Eventually.Holds("the new request", () => backend.Held == 1);
        backend.Release(0);

        Assert.Equal(BlockRequestStatus.Ok, more.Status(next));
        Assert.Equal(1, again.UsedIdx);
    }

    [Fact]
    public void Address_zero_takes_the_queue_back()
    {
        Attach();
        var (queue, commands) = Ready();

        _slot.Out(0x08, 0u);
        commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        _driver.Ring(0);

        Assert.False(_disk.Queues[0].IsEnabled);
        Assert.Equal(0, queue.UsedIdx);
    }

    [Fact]
    public void Doorbell_port_serves_the_queue_from_the_kernel()
    {
        Attach(bindsDoorbells: true);
        var (queue, commands) = Ready();
        var status = commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();

        Assert.True(_slot.RingInKernel(new DoorbellAddress(true, _slot.PortBase + 0x10, 2, 0)));

        Eventually.Holds("the disk answers", () => commands.Status(status) == BlockRequestStatus.Ok);
    }

    [Fact]
    public void Modern_driver_after_a_legacy_one_starts_afresh()
    {
        Attach();
        Ready();
        var modern = new ModernDriver(_slot, _memory.Guest);

        modern.Negotiate(VirtioFeatures.Version1);
        var queue = modern.AddQueue(0, 0x6000, 64, eventIdx: false);
        modern.Ready();
        var commands = new BlockCommands(_memory, queue, Requests);
        var status = commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        modern.Ring(0);

        Eventually.Holds("the disk answers", () => commands.Status(status) == BlockRequestStatus.Ok);
    }

    public void Dispose()
    {
        _function?.Halt();
        _thread.Dispose();
        _memory.Dispose();
    }

    void Attach(HeldBackend? backend = null, bool bindsDoorbells = false)
    {
        _disk = new VirtioBlock(new VirtioBlockOptions(), backend is null ? new MemoryBackend(_contents) : backend, TimeProvider.System);
        _function = new VirtioPciFunction(_disk, [_thread]);
        _slot = new FakeSlot(_memory.Guest, _function, bindsDoorbells);
        _slot.PlaceBars();
        _driver = new LegacyDriver(_slot, _memory.Guest);
    }

    (DriverQueue Queue, BlockCommands Commands) Ready()
    {
        _driver.Negotiate(0);
        var queue = _driver.AddQueue(0, RingPage, eventIdx: false);
        _driver.Ready();
        return (queue, new BlockCommands(_memory, queue, Requests));
    }
}
