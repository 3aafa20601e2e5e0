using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Devices.Virtio.Transport;
using Propolis.Vmm.Io;
using Propolis.Vmm.Net;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.Net;

/// <summary>Two guests' cards, each behind its own transport, connected in this process.</summary>
public sealed class VirtioNetTransportTests : IDisposable
{
    const ulong Data = 0x10_0000;
    const ulong Features = VirtioFeatures.Version1 | VirtioFeatures.EventIdx | VirtioNetFeatures.MergeableBuffers;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    readonly IoThread _thread = new("net-test");
    readonly NetPair _cable = new(new NetAbilities());
    readonly Guest _first;
    readonly Guest _second;

    public VirtioNetTransportTests()
    {
        _first = new Guest(_cable.First, _thread);
        _second = new Guest(_cable.Second, _thread);
    }

    [Fact]
    public void Identity_is_a_transitional_network_card()
    {
        Assert.Equal(0x1000, _first.Slot.ReadConfig16(2));
        Assert.Equal(0x0200, _first.Slot.ReadConfig16(0x0a));
        Assert.Equal(1, _first.Slot.ReadConfig16(0x2e));
        Assert.Equal((byte)0x02, _first.Driver.ReadDevice<byte>(0));
        Assert.Equal(1, _first.Driver.ReadDevice<ushort>(6));
    }

    [Fact]
    public void Thousands_of_frames_arrive_in_order_both_ways()
    {
        _first.Ready();
        _second.Ready();
        const int total = 5000;

        Eventually.Holds("all frames", () =>
        {
            _first.SendUpTo(total);
            _second.SendUpTo(total);
            _first.Reap();
            _second.Reap();
            return _first.Received == total && _second.Received == total;
        });

        Assert.Equal((long)total, _first.Card.Counters.PacketsReceived);
        Assert.Equal(0, _first.Card.Counters.ReceiveDrops + _second.Card.Counters.ReceiveDrops);
    }

    [Fact]
    public async Task Card_goes_on_in_a_copy_of_its_guest()
    {
        _first.Ready();
        _second.Ready();
        Eventually.Holds("the first half", () => Exchange(500));

        await _first.Function.PauseAsync().WaitAsync(Limit);
        var writer = new StateWriter();
        _first.Function.Export(writer);
        await _first.Function.PauseAsync().WaitAsync(Limit);
        _first.Function.Import(new StateReader(writer.Written.ToArray(), "net0"));
        _first.Function.Resume();

        Eventually.Holds("the second half", () => Exchange(1000));
    }

    [Fact]
    public void Driver_that_resets_receives_again()
    {
        _second.Ready();
        for (var round = 1; round <= 5; round++)
        {
            _first.Ready();
            var target = _first.Received + 50;
            Eventually.Holds($"frames in round {round}", () =>
            {
                _second.SendUpTo(_second.Sent + 1);
                _second.Reap();
                _first.Reap(checksOrder: false);
                return _first.Received >= target;
            });
        }
    }

    public void Dispose()
    {
        _first.Function.Halt();
        _second.Function.Halt();
        _cable.First.Dispose();
        _cable.Second.Dispose();
        _thread.Dispose();
        _first.Memory.Dispose();
        _second.Memory.Dispose();
    }

    bool Exchange(int total)
    {
        _first.SendUpTo(total);
        _second.SendUpTo(total);
        _first.Reap();
        _second.Reap();
        return _first.Received == total && _second.Received == total;
    }

    sealed class Guest
    {
        const int Buffers = 32;
        DriverQueue? _receive;
        DriverQueue? _transmit;

        public Guest(INetBackend backend, IoThread thread)
        {
            Card = new VirtioNet(new VirtioNetOptions { Mac = NetFrame.Guest, ReceiveQueueSize = 64, TransmitQueueSize = 64 }, backend);
            Function = new VirtioPciFunction(Card, [thread]);
            Slot = new FakeSlot(Memory.Guest, Function);
            Slot.PlaceBars();
            Driver = new ModernDriver(Slot, Memory.Guest);
            Function.Start();
        }

        public TestMemory Memory { get; } = new(1 << 21);

        public VirtioNet Card { get; }

        public VirtioPciFunction Function { get; }

        public FakeSlot Slot { get; }

        public ModernDriver Driver { get; }

        public int Received { get; private set; }

        public int Sent { get; private set; }

        public void Ready()
        {
            Driver.Negotiate(Features);
            _receive = Driver.AddQueue(0, 0x1000, 64, eventIdx: true);
            _transmit = Driver.AddQueue(1, 0x3000, 64, eventIdx: true);
            Driver.Ready();
            for (var i = 0; i < Buffers; i++) Offer(Data + (ulong)i * 4096);
        }

        public void SendUpTo(int total)
        {
            while (Sent < total)
            {
                while (_transmit!.TryTakeUsed(out _)) { }
                if (_transmit.FreeDescriptors == 0) return;
                // The slot is that of a descriptor that is free, so no frame on its way is overwritten.
                var at = Data + 0x8_0000 + (ulong)(Sent % 64) * 4096;
                var frame = NetFrame.Make(NetFrame.Guest, 60 + Sent % 1000);
                BitConverter.TryWriteBytes(frame.AsSpan(NetHeader.Size + NetFrames.EthernetHeader), Sent);
                Memory.Write(at, frame);
                _transmit.Add(new DriverBuffer(at, (uint)frame.Length, false));
                Sent++;
                if (_transmit.Publish()) Driver.Ring(1);
            }
        }

        public void Reap(bool checksOrder = true)
        {
            while (_receive!.TryTakeUsed(out var used))
            {
                Assert.True(Memory.Guest.TryRead(_receive.Areas.Descriptors + used.Id * 16, out ulong buffer));
                var number = BitConverter.ToInt32(Memory.Bytes(buffer + NetHeader.Size + NetFrames.EthernetHeader, 4));
                if (checksOrder)
                {
                    Assert.Equal(Received, number);
                    Assert.Equal((uint)(NetHeader.Size + NetFrames.EthernetHeader + 60 + number % 1000), used.Length);
                }
                Received++;
                Offer(buffer);
            }
        }

        void Offer(ulong buffer)
        {
            _receive!.Add(new DriverBuffer(buffer, 4096, true));
            if (_receive.Publish()) Driver.Ring(0);
        }
    }
}
