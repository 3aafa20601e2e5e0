using System.Buffers.Binary;
using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Net;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.Net;

public sealed class VirtioNetTests : IDisposable
{
    const ulong ReceiveRing = 0x1000;
    const ulong TransmitRing = 0x3000;
    const ulong ControlRing = 0x5000;
    const ulong Data = 0x2_0000;
    const ulong Basic = VirtioFeatures.Version1 | VirtioNetFeatures.ControlQueue | VirtioNetFeatures.ControlReceive | VirtioNetFeatures.ControlReceiveExtra
        | VirtioNetFeatures.ControlMacAddress | VirtioNetFeatures.GuestAnnounce;

    readonly TestMemory _memory = new(1 << 21);
    readonly FakeTransport _transport = new();

    NetPair _pair = null!;
    VirtioNet _card = null!;
    DriverQueue _receive = null!;
    DriverQueue _transmit = null!;
    DriverQueue _control = null!;

    [Theory]
    [InlineData(VirtioFeatures.Version1, 12)]
    [InlineData(0UL, 10)]
    [InlineData(VirtioNetFeatures.MergeableBuffers, 12)]
    public void Frame_arrives_behind_a_header_of_the_agreed_length(ulong features, int headerLength)
    {
        Attach(features);
        _receive.Add(new DriverBuffer(Data, 2048, true));
        _receive.Publish();
        var frame = NetFrame.Make(NetFrame.Guest, 100);

        _pair.Second.Send(0, frame);
        _card.Service(_card.Queues[0]);

        Assert.True(_receive.TryTakeUsed(out var used));
        Assert.Equal((uint)(headerLength + 114), used.Length);
        Assert.Equal(frame[12..], _memory.Bytes(Data + (ulong)headerLength, 114));
        if (headerLength == 12) Assert.Equal(1, BinaryPrimitives.ReadUInt16LittleEndian(_memory.Bytes(Data + 10, 2)));
        Assert.Equal(1, _transport.Interrupts);
        Assert.Equal((1L, 114L), (_card.Counters.PacketsReceived, _card.Counters.BytesReceived));
    }

    [Theory]
    [InlineData(VirtioFeatures.Version1, 12)]
    [InlineData(0UL, 10)]
    public void Frame_leaves_with_a_full_header_however_it_is_cut(ulong features, int headerLength)
    {
        Attach(features);
        var frame = NetFrame.Make(NetFrame.Other, 100);
        _memory.Write(Data + (ulong)(12 - headerLength), frame);
        _memory.Write(Data, new byte[12]);
        _memory.Write(Data + (ulong)headerLength, frame.AsSpan(12));

        _transmit.Add(new(Data, 3, false), new(Data + 3, (uint)headerLength + 20, false), new(Data + 23 + (ulong)headerLength, 91, false));
        _transmit.Publish();
        _card.Service(_card.Queues[1]);

        Assert.Equal(frame, Received());
        Assert.True(_transmit.TryTakeUsed(out var used));
        Assert.Equal(0u, used.Length);
        Assert.Equal((1L, 114L), (_card.Counters.PacketsSent, _card.Counters.BytesSent));
    }

    [Fact]
    public void Large_frame_is_merged_over_buffers()
    {
        Attach(Basic | VirtioNetFeatures.MergeableBuffers);
        for (ulong i = 0; i < 4; i++) _receive.Add(new DriverBuffer(Data + i * 4096, 1000, true));
        _receive.Publish();
        var frame = NetFrame.Make(NetFrame.Guest, 2500);

        _pair.Second.Send(0, frame);
        _card.Service(_card.Queues[0]);

        var merged = new List<byte>();
        var lengths = new List<uint>();
        while (_receive.TryTakeUsed(out var used))
        {
            merged.AddRange(_memory.Bytes(Data + (ulong)lengths.Count * 4096, (int)used.Length));
            lengths.Add(used.Length);
        }
        Assert.Equal([1000u, 1000u, 526u], lengths);
        Assert.Equal(3, BinaryPrimitives.ReadUInt16LittleEndian(merged.Skip(10).Take(2).ToArray()));
        Assert.Equal(frame[12..], merged.Skip(12));
    }

    [Fact]
    public void Frame_without_enough_buffers_waits_for_the_driver()
    {
        Attach(Basic | VirtioNetFeatures.MergeableBuffers);
        _receive.Add(new DriverBuffer(Data, 1000, true));
        _receive.Publish();
        _pair.Second.Send(0, NetFrame.Make(NetFrame.Guest, 1500));
        _card.Service(_card.Queues[0]);
        Assert.Equal(0, _receive.UsedIdx);
        Assert.Equal(0, _card.Queues[0].InFlight);

        _receive.Add(new DriverBuffer(Data + 4096, 1000, true));
        _receive.Publish();
        _card.Service(_card.Queues[0]);

        Assert.Equal(2, _receive.UsedIdx);
        Assert.Equal(0, _card.Counters.ReceiveDrops);
    }

    [Fact]
    public void Frame_larger_than_a_buffer_is_dropped_and_the_buffer_stays()
    {
        Attach(Basic);
        _receive.Add(new DriverBuffer(Data, 100, true));
        _receive.Publish();

        _pair.Second.Send(0, NetFrame.Make(NetFrame.Guest, 1500));
        _pair.Second.Send(0, NetFrame.Make(NetFrame.Guest, 50));
        _card.Service(_card.Queues[0]);

        Assert.Equal(1, _card.Counters.ReceiveDrops);
        Assert.True(_receive.TryTakeUsed(out var used));
        Assert.Equal(76u, used.Length);
    }

    [Fact]
    public void Frame_that_a_whole_ring_cannot_hold_is_dropped()
    {
        Attach(Basic | VirtioNetFeatures.MergeableBuffers, receiveSize: 4);
        for (ulong i = 0; i < 4; i++) _receive.Add(new DriverBuffer(Data + i * 4096, 100, true));
        _receive.Publish();

        _pair.Second.Send(0, NetFrame.Make(NetFrame.Guest, 1500));
        _pair.Second.Send(0, NetFrame.Make(NetFrame.Guest, 60));
        _card.Service(_card.Queues[0]);

        Assert.Equal(1, _card.Counters.ReceiveDrops);
        Assert.Equal(1, _receive.UsedIdx);
    }

    [Fact]
    public void Buffer_outside_memory_stops_the_queue()
    {
        Attach(Basic);
        _receive.Add(new DriverBuffer(1UL << 40, 2048, true));
        _receive.Publish();

        _pair.Second.Send(0, NetFrame.Make(NetFrame.Guest, 50));
        _card.Service(_card.Queues[0]);

        Assert.Equal(QueueMisuse.NotInMemory, _card.Queues[0].Misuse);
        Assert.Equal(0, _card.Queues[0].InFlight);
        Assert.Equal(1, _transport.ConfigurationChanges);
    }

    [Fact]
    public void Full_peer_leaves_frames_in_the_ring()
    {
        Attach(Basic);
        _memory.Write(Data, NetFrame.Make(NetFrame.Other, 50));
        while (_pair.First.Send(0, NetFrame.Make(NetFrame.Other, 50)) == NetSendResult.Sent) { }
        _transmit.Add(new DriverBuffer(Data, 76, false));
        _transmit.Publish();

        _card.Service(_card.Queues[1]);
        Assert.Equal(0, _transmit.UsedIdx);
        Assert.Equal(0, _card.Queues[1].InFlight);
        Received();
        _card.Service(_card.Queues[1]);

        Assert.Equal(1, _transmit.UsedIdx);
        Assert.Equal(1, _card.Counters.PacketsSent);
    }

    [Theory]
    [InlineData(20u)]
    [InlineData(12u + 65535 + 14 + 4 + 1)]
    public void Frame_of_an_impossible_length_is_dropped(uint length)
    {
        Attach(Basic);
        _transmit.Add(new DriverBuffer(Data, length, false));
        _transmit.Publish();

        _card.Service(_card.Queues[1]);

        Assert.Equal(1, _card.Counters.SendDrops);
        Assert.Equal(1, _transmit.UsedIdx);
    }

    [Fact]
    public void Frame_that_asks_for_work_not_agreed_is_dropped()
    {
        Attach(Basic);
        _memory.Write(Data, NetFrame.Make(NetFrame.Other, 50, new NetHeader(NetHeader.NeedsChecksum, NetSegmentation.None, 0, 0, 14, 6, 0)));
        _transmit.Add(new DriverBuffer(Data, 76, false));
        _transmit.Publish();

        _card.Service(_card.Queues[1]);

        Assert.Equal(1, _card.Counters.SendDrops);
    }

    [Fact]
    public void Commands_set_the_filter()
    {
        Attach(Basic);

        Assert.Equal(NetControlRules.Ok, Command(0, 0, [0]));
        Assert.False(Passes(NetFrame.Other));
        Assert.True(Passes(NetFrame.Guest));
        Assert.True(Passes(NetFrame.Broadcast));
        Assert.Equal(NetControlRules.Ok, Command(1, 0, [1, 0, 0, 0, .. Bytes(NetFrame.Other), 0, 0, 0, 0]));
        Assert.True(Passes(NetFrame.Other));
        Assert.Equal(NetControlRules.Ok, Command(0, 5, [1]));
        Assert.False(Passes(NetFrame.Broadcast));
    }

    [Fact]
    public void Command_sets_the_address()
    {
        Attach(Basic);

        Assert.Equal(NetControlRules.Ok, Command(1, 1, Bytes(NetFrame.Other)));

        Assert.Equal(Bytes(NetFrame.Other), Configuration(0, 6));
    }

    [Fact]
    public void Legacy_driver_writes_the_address_into_the_configuration()
    {
        Attach(0);

        for (var i = 0; i < 6; i++) _card.WriteConfiguration(i, [Bytes(NetFrame.Other)[i]]);

        Assert.Equal(Bytes(NetFrame.Other), Configuration(0, 6));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 9, 1)]
    [InlineData(1, 1, 5)]
    [InlineData(4, 0, 2)]
    [InlineData(7, 0, 0)]
    public void Wrong_command_is_answered_with_an_error(byte type, byte command, int length)
    {
        Attach(Basic);
        var before = _card.Control;

        Assert.Equal(NetControlRules.Error, Command(type, command, new byte[length]));

        Assert.Equal(before, _card.Control);
    }

    [Fact]
    public void Chain_without_room_for_the_answer_stops_the_control_queue()
    {
        Attach(Basic);
        _control.Add(new DriverBuffer(Data, 3, false));
        _control.Publish();

        _card.Service(_card.Queues[2]);

        Assert.Equal(QueueMisuse.RequestMalformed, _card.Queues[2].Misuse);
        Assert.Equal(0, _card.Queues[2].InFlight);
    }

    [Fact]
    public void Announcement_goes_out_and_the_driver_is_asked_for_its_own()
    {
        Attach(Basic);

        _card.AnnouncePresence();

        var frame = Received();
        Assert.Equal(72, frame.Length);
        Assert.Equal([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. Bytes(NetFrame.Guest), 0x80, 0x35], frame[12..26]);
        Assert.Equal(1, _transport.ConfigurationChanges);
        Assert.Equal([3, 0], Configuration(6, 2));
        Assert.Equal(NetControlRules.Ok, Command(3, 0, []));
        Assert.Equal([1, 0], Configuration(6, 2));
    }

    [Fact]
    public void Link_down_stops_frames_both_ways()
    {
        Attach(Basic);
        _receive.Add(new DriverBuffer(Data, 2048, true));
        _receive.Publish();
        _memory.Write(Data + 4096, NetFrame.Make(NetFrame.Other, 50));
        _transmit.Add(new DriverBuffer(Data + 4096, 76, false));
        _transmit.Publish();

        _card.SetLink(false);
        _pair.Second.Send(0, NetFrame.Make(NetFrame.Guest, 50));
        _card.Service(_card.Queues[0]);
        _card.Service(_card.Queues[1]);

        Assert.Equal([0, 0], Configuration(6, 2));
        Assert.Equal(1, _transport.ConfigurationChanges);
        Assert.Equal(0, _receive.UsedIdx);
        Assert.Equal(1, _card.Counters.SendDrops);
    }

    [Fact]
    public void Snapshot_keeps_what_the_driver_set()
    {
        Attach(Basic);
        Command(0, 0, [0]);
        Command(0, 1, [1]);
        Command(1, 0, [1, 0, 0, 0, .. Bytes(NetFrame.Other), 1, 0, 0, 0, 0x33, 0x33, 0, 0, 0, 1]);
        var writer = new StateWriter();
        _card.Export(writer);

        var copy = new VirtioNet(new VirtioNetOptions { Mac = NetFrame.Guest }, new NetPair(new NetAbilities()).First);
        copy.Connect(_memory.Guest, _transport);
        var reader = new StateReader(writer.Written.ToArray(), "net");
        copy.Import(reader);
        reader.ExpectEnd();

        var again = new StateWriter();
        copy.Export(again);
        Assert.Equal(writer.Written.ToArray(), again.Written.ToArray());
        Assert.False(copy.Control.Filter.IsPromiscuous);
        Assert.Equal([NetFrame.Other], copy.Control.Filter.Unicast);
    }

    [Fact]
    public void Reset_forgets_what_the_driver_set()
    {
        Attach(Basic);
        Command(0, 0, [0]);
        Command(1, 1, Bytes(NetFrame.Other));

        _card.Reset();

        Assert.True(_card.Control.Filter.IsPromiscuous);
        Assert.Equal(Bytes(NetFrame.Guest), Configuration(0, 6));
    }

    [Theory]
    [InlineData(0, "rx-queue-size is a power of two from 4 to 32768, not 0.")]
    [InlineData(1000, "rx-queue-size is a power of two from 4 to 32768, not 1000.")]
    public void Wrong_queue_size_is_refused(int size, string message)
    {
        var options = new VirtioNetOptions { Mac = NetFrame.Guest, ReceiveQueueSize = (ushort)size };

        var refusal = Assert.Throws<ArgumentException>(() => new VirtioNet(options, new NetPair(new NetAbilities()).First));

        Assert.Equal(message, refusal.Message);
    }

    [Fact]
    public void Card_has_the_queues_of_the_configuration()
    {
        var options = new VirtioNetOptions { Mac = NetFrame.Guest };
        var card = new VirtioNet(options, new NetPair(new NetAbilities { QueuePairs = 20, Mtu = 9000 }).First);
        var data = new byte[4];
        card.ReadConfiguration(8, data);

        Assert.Equal(23, card.Queues.Length);
        Assert.Equal((0x800, 0x100, 32), (card.Queues[0].MaxSize, card.Queues[1].MaxSize, card.Queues[22].MaxSize));
        Assert.Equal([11, 0, 0x28, 0x23], data);
    }

    [Fact]
    public void Steady_traffic_allocates_nothing()
    {
        Attach(Basic | VirtioNetFeatures.MergeableBuffers);
        _memory.Write(Data + 4096, NetFrame.Make(NetFrame.Other, 50));
        _receive.WriteDescriptor(0, new Descriptor(Data, 2048, DescriptorFlags.Write, 0));
        _transmit.WriteDescriptor(0, new Descriptor(Data + 4096, 76, DescriptorFlags.None, 0));
        var incoming = NetFrame.Make(NetFrame.Guest, 600);
        var outgoing = new byte[2048];
        Round(200);

        Assert.Equal(0, Allocations.Least(() => Round(1000)));

        Assert.True(_card.Counters.PacketsReceived >= 1200);
        Assert.Equal(_card.Counters.PacketsReceived, _card.Counters.PacketsSent);

        void Round(int frames)
        {
            for (var i = 0; i < frames; i++)
            {
                _receive.OfferRaw(0);
                _receive.PublishRaw(_receive.AvailIdx);
                _pair.Second.Send(0, incoming);
                _card.Service(_card.Queues[0]);
                _transmit.OfferRaw(0);
                _transmit.PublishRaw(_transmit.AvailIdx);
                _card.Service(_card.Queues[1]);
                _pair.Second.Receive(0, outgoing);
            }
        }
    }

    public void Dispose() => _memory.Dispose();

    void Attach(ulong features, ushort receiveSize = 64)
    {
        _transport.Features = features;
        _pair = new NetPair(new NetAbilities());
        _card = new VirtioNet(new VirtioNetOptions { Mac = NetFrame.Guest, ReceiveQueueSize = receiveSize, TransmitQueueSize = 64 }, _pair.First);
        _card.Connect(_memory.Guest, _transport);
        _receive = Open(0, ReceiveRing);
        _transmit = Open(1, TransmitRing);
        _control = Open(2, ControlRing);
        _card.Activate();
    }

    DriverQueue Open(int index, ulong ring)
    {
        var queue = _card.Queues[index];
        var driver = new DriverQueue(_memory.Guest, ring, queue.MaxSize, eventIdx: false);
        queue.SetAreas(driver.Areas);
        queue.Enable(usesEventIdx: false, usesIndirect: true);
        queue.Start();
        return driver;
    }

    byte[] Received()
    {
        var frame = new byte[0x1_1000];
        return frame[.._pair.Second.Receive(0, frame)];
    }

    bool Passes(MacAddress to) => _card.Control.Filter.Passes(NetFrame.Make(to, 50).AsSpan(NetHeader.Size));

    byte Command(byte type, byte command, byte[] body)
    {
        const ulong at = 0x10_0000;
        _memory.Write(at, [type, command, .. body]);
        _memory.Write(at + 0x2000, [0xee]);
        _control.Add(new(at, (uint)body.Length + 2, false), new(at + 0x2000, 1, true));
        _control.Publish();
        _card.Service(_card.Queues[2]);
        Assert.True(_control.TryTakeUsed(out _));
        return _memory.Bytes(at + 0x2000, 1)[0];
    }

    byte[] Configuration(int offset, int length)
    {
        var data = new byte[length];
        _card.ReadConfiguration(offset, data);
        return data;
    }

    static byte[] Bytes(MacAddress address)
    {
        var bytes = new byte[6];
        address.CopyTo(bytes);
        return bytes;
    }
}
