using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Devices.Virtio.Transport;
using Propolis.Vmm.Io;
using Propolis.Vmm.Net;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Net;

public sealed class TapInterfaceTests : IDisposable
{
    const ulong Data = 0x8_0000;

    readonly TestMemory _memory = new(1 << 21);
    readonly IoThread _thread = new("tap-test");
    readonly IoThread _secondThread = new("tap-test-2");

    [Fact]
    public void Interface_that_does_not_exist_is_not_made()
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refusal = Assert.Throws<NetBackendException>(() => new TapInterface("pnosuch0"));

            Assert.Equal("There is no network interface \"pnosuch0\". Make one: `ip tuntap add dev pnosuch0 mode tap` and `ip link set pnosuch0 up`.", refusal.Message);
        }
    }

    [Fact]
    public void Interface_of_another_kind_is_refused() => PrivateNetwork.Run(() =>
    {
        var refusal = Assert.Throws<NetBackendException>(() => new TapInterface("lo"));

        Assert.StartsWith("Network interface \"lo\" is not a tap.", refusal.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Interface_in_use_is_refused() => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.MakeTap("vnic0");
        using var first = new TapInterface("vnic0");

        var refusal = Assert.Throws<NetBackendException>(() => new TapInterface("vnic0"));

        Assert.Equal("Tap interface \"vnic0\" is in use by another process; give each virtual machine its own.", refusal.Message);
    });

    [Theory]
    [InlineData(false, 4, 1)]
    [InlineData(true, 4, 4)]
    public void Abilities_are_those_of_the_interface(bool isMultiQueue, int wanted, int pairs) => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.MakeTap("vnic0", isMultiQueue);
        using var backend = new TapInterface("vnic0", wanted);

        Assert.Equal(pairs, backend.Abilities.QueuePairs);
        Assert.Equal(1400, backend.Abilities.Mtu);
        Assert.Equal(NetOffloads.Checksum | NetOffloads.Tcp4 | NetOffloads.Tcp6 | NetOffloads.Ecn, backend.Abilities.Offloads);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Host_answers_the_guest_through_card_and_tap(bool isMultiQueue) => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.MakeTap("vnic0", isMultiQueue);
        using var backend = new TapInterface("vnic0", maxPairs: 3);
        var card = new VirtioNet(new VirtioNetOptions { Mac = NetFrame.Guest, ReceiveQueueSize = 64, TransmitQueueSize = 64 }, backend);
        var function = new VirtioPciFunction(card, [_thread, _secondThread]);
        var slot = new FakeSlot(_memory.Guest, function);
        slot.PlaceBars();
        function.Start();
        var driver = new ModernDriver(slot, _memory.Guest);
        const ulong queues = VirtioNetFeatures.MultiQueue | VirtioNetFeatures.ControlQueue;
        driver.Negotiate(VirtioFeatures.Version1 | VirtioNetFeatures.MergeableBuffers | (isMultiQueue ? queues : 0));
        var receivers = new DriverQueue[backend.Abilities.QueuePairs];
        for (var i = 0; i < receivers.Length; i++) receivers[i] = driver.AddQueue((ushort)(2 * i), 0x1000 + (ulong)i * 0x4000, 64, eventIdx: false);
        var transmit = driver.AddQueue(1, 0x2_0000, 64, eventIdx: false);
        var control = isMultiQueue ? driver.AddQueue(6, 0x3_0000, 32, eventIdx: false) : null;
        driver.Ready();
        for (var i = 0; i < receivers.Length; i++)
        {
            for (ulong b = 0; b < 16; b++) receivers[i].Add(new DriverBuffer(Data + (ulong)i * 0x2_0000 + b * 0x1000, 0x1000, true));
            if (receivers[i].Publish()) driver.Ring((ushort)(2 * i));
        }
        if (control is not null) SetPairs(driver, control, 3);

        Ask(driver, transmit);

        Eventually.Holds("the host's answer", () => receivers.Any(FindsAnswer));
        if (control is not null)
        {
            // Fewer pairs, and the host still finds the guest.
            SetPairs(driver, control, 1);
            Ask(driver, transmit);
            Eventually.Holds("the host's answer on the first pair", () => FindsAnswer(receivers[0]));
        }
        function.Halt();
    });

    [Fact]
    public void Checksums_are_left_to_a_guest_that_takes_them() => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.MakeTap("vnic0");
        PrivateNetwork.Ip($"neigh add 192.0.2.2 lladdr {NetFrame.Guest} dev vnic0");
        using var backend = new TapInterface("vnic0");
        backend.Start(new Unconcerned(), [_thread]);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var guest = new IPEndPoint(IPAddress.Parse("192.0.2.2"), 9);

        backend.Configure(NetOffloads.Checksum, 1);
        Eventually.Holds("a frame without checksum", () => SendAndReceive().Flags == NetHeader.NeedsChecksum);
        backend.Configure(NetOffloads.None, 1);
        Eventually.Holds("a frame with checksum", () => SendAndReceive().Flags == 0);

        NetHeader SendAndReceive()
        {
            socket.SendTo("hello"u8, guest);
            var frame = new byte[2048];
            while (true)
            {
                var length = backend.Receive(0, frame);
                // Others, IPv6's for instance, are passed over: only ours goes to the guest's address.
                if (length > NetHeader.Size && new MacAddress(frame.AsSpan(NetHeader.Size)) == NetFrame.Guest) return MemoryMarshal.Read<NetHeader>(frame);
            }
        }
    });

    sealed class Unconcerned : INetReceiver
    {
        public void Readable(int pair) { }

        public void Writable(int pair) { }
    }

    public void Dispose()
    {
        _thread.Dispose();
        _secondThread.Dispose();
        _memory.Dispose();
    }

    void SetPairs(ModernDriver driver, DriverQueue control, ushort pairs)
    {
        const ulong at = 0x7_0000;
        _memory.Write(at, [4, 0, (byte)pairs, 0]);
        _memory.Write(at + 8, [0xee]);
        control.Add(new(at, 4, false), new(at + 8, 1, true));
        control.Publish();
        driver.Ring(6);
        Eventually.Holds("the command's answer", () => control.TryTakeUsed(out _));
        Assert.Equal(NetControlRules.Ok, _memory.Bytes(at + 8, 1)[0]);
    }

    /// <summary>Sends an ARP request for the interface's own address (RFC 826).</summary>
    void Ask(ModernDriver driver, DriverQueue transmit)
    {
        const ulong at = 0x7_8000;
        var frame = NetFrame.Make(NetFrame.Broadcast, 46);
        var ethernet = frame.AsSpan(NetHeader.Size);
        NetFrame.Guest.CopyTo(ethernet[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(ethernet[12..], 0x0806);
        ethernet[14..].Clear();
        ((ReadOnlySpan<byte>)[0, 1, 8, 0, 6, 4, 0, 1]).CopyTo(ethernet[14..]);
        NetFrame.Guest.CopyTo(ethernet[22..]);
        ((ReadOnlySpan<byte>)[192, 0, 2, 2]).CopyTo(ethernet[28..]);
        ((ReadOnlySpan<byte>)[192, 0, 2, 1]).CopyTo(ethernet[38..]);
        _memory.Write(at, frame);
        transmit.Add(new DriverBuffer(at, (uint)frame.Length, false));
        transmit.Publish();
        driver.Ring(1);
        Eventually.Holds("the frame is sent", () => transmit.TryTakeUsed(out _));
    }

    /// <summary>True when the frame just received is an ARP reply to the guest. Buffers are taken in the order in which they were offered.</summary>
    bool FindsAnswer(DriverQueue receiver)
    {
        if (!receiver.TryTakeUsed(out var used)) return false;
        Assert.True(_memory.Guest.TryRead(receiver.Areas.Descriptors + used.Id * 16, out ulong buffer));
        var ethernet = _memory.Bytes(buffer + NetHeader.Size, (int)used.Length - NetHeader.Size);
        return BinaryPrimitives.ReadUInt16BigEndian(ethernet.AsSpan(12)) == 0x0806 && ethernet[21] == 2 && new MacAddress(ethernet) == NetFrame.Guest;
    }
}
