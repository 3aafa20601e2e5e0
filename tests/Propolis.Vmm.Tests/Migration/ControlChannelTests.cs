using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Block;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Migration.Wire;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Migration;

public sealed class ControlChannelTests
{
    static readonly MigrationOffer Offer = new()
    {
        Name = "vm",
        Spec = "{}"u8.ToArray(),
        SpecFingerprint = "abc",
        Facts = new MachineFacts
        {
            VcpuCount = 3,
            Regions = [new MigratedRegion(0, 1 << 20, MemoryKind.Ram), new MigratedRegion(0xfffff000, 4096, MemoryKind.Rom)],
            Cpuid = [new CpuidEntry(1, null, 2, 3, 4, 5), new CpuidEntry(7, 0, 1, 2, 3, 4)],
            TscKhz = 12345,
            States = [new StateKind("platform", "platform", 1)],
            Disks = [new MigratedDisk("disk", new BlockGeometry { BlockSize = 4096, BlockCount = 7, ReadOnly = true, CanDiscard = true, HasWriteCache = false })],
        },
    };

    [Fact]
    public async Task Frames_arrive_whole_and_in_order()
    {
        var stream = new MemoryStream();
        var channel = new ControlChannel(stream);
        var large = new byte[300_000];
        new Random(3).NextBytes(large);
        await channel.SendAsync(ControlType.PassDone, writer => writer.Write(7), default);
        await channel.SendAsync(ControlType.StateBytes, large, default);
        stream.Position = 0;

        Assert.Equal(7, (await channel.ExpectAsync(ControlType.PassDone, default)).Read().ReadInt32());
        Assert.Equal(large, (await channel.ReceiveAsync(default)).Payload.ToArray());
    }

    [Theory]
    [InlineData((int)ControlType.Refuse, "The target refused: no room.")]
    [InlineData((int)ControlType.Cancel, "The other side gave up: no room.")]
    [InlineData((int)ControlType.Ready, "The other side sent Ready where Accept belongs.")]
    public async Task Another_frame_than_expected_says_why(int type, string message)
    {
        var stream = new MemoryStream();
        var channel = new ControlChannel(stream);
        await channel.SendAsync((ControlType)type, writer => writer.Write("no room."), default);
        stream.Position = 0;

        Assert.Equal(message, (await Assert.ThrowsAsync<MigrationException>(() => channel.ExpectAsync(ControlType.Accept, default))).Message);
    }

    [Theory]
    [InlineData(0, 99, "type 99")]
    [InlineData(MigrationLimits.ControlFrame + 1, (int)ControlType.Offer, "at most 4194304")]
    [InlineData(-1, (int)ControlType.Offer, "at most 4194304")]
    [InlineData(MigrationLimits.ControlFrame, (int)ControlType.Offer, "broke")]
    public async Task Frames_that_cannot_be_are_refused(int length, int type, string reason)
    {
        var bytes = new byte[5];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        bytes[4] = (byte)type;

        var refused = await Assert.ThrowsAsync<MigrationException>(() => new ControlChannel(new MemoryStream(bytes)).ReceiveAsync(default));

        Assert.Contains(reason, refused.Message);
    }

    [Fact]
    public void An_offer_is_read_as_it_was_written()
    {
        var read = OfferCodec.Read(new StateReader(Bytes(Offer), "offer"));

        Assert.Equal(Bytes(Offer), Bytes(read));
        Assert.Equal(Offer.Facts.Disks, read.Facts.Disks);
        Assert.Equal(Offer.Facts.Cpuid, read.Facts.Cpuid);
        Assert.Equal(7UL, read.Disk("disk")!.Geometry.BlockCount);
        Assert.Null(read.Disk("other"));
    }

    [Fact]
    public void An_offer_that_is_cut_off_anywhere_is_refused()
    {
        var bytes = Bytes(Offer);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<StateFormatException>(() => OfferCodec.Read(new StateReader(bytes.AsMemory(0, length), "offer")));
    }

    [Fact]
    public void A_damaged_offer_is_refused_or_read_and_nothing_else() => Prop.ForAll(ArbMap.Default.ArbFor<(ushort At, byte Value)[]>(), changes =>
    {
        var bytes = Bytes(Offer);
        foreach (var (at, value) in changes) bytes[at % bytes.Length] = value;
        try
        {
            _ = OfferCodec.Read(new StateReader(bytes, "offer"));
        }
        catch (StateFormatException)
        {
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void States_that_do_not_hold_together_are_refused() => Prop.ForAll(ArbMap.Default.ArbFor<(byte Type, int Number, byte[] Data)[]>(), frames =>
    {
        var stream = new MemoryStream();
        var channel = new ControlChannel(stream);
        foreach (var (type, number, data) in frames)
        {
            var kind = (type % 4) switch { 0 => ControlType.StateHead, 1 => ControlType.StateBytes, 2 => ControlType.Final, _ => ControlType.Ready };
            channel.SendAsync(kind, kind switch
            {
                ControlType.StateHead => Write(w => { w.Write("n"); w.Write("k"); w.Write(1); w.Write(number % 100); }),
                ControlType.Final => Write(w => { w.Write(number % 3); w.Write(number % 2 == 0 ? number : (long)number << 40); }),
                _ => data,
            }, default).GetAwaiter().GetResult();
        }
        stream.Position = 0;
        try
        {
            var (states, stoodStill) = StateTransfer.ReceiveAsync(channel, new MigrationLimits { StateBytes = 150 }, new MigrationCounters(), default).GetAwaiter().GetResult();
            Assert.True(states.Sum(s => s.Data.Length) <= 150 && stoodStill >= TimeSpan.Zero);
        }
        catch (Exception refused) when (refused is MigrationException or StateFormatException)
        {
        }
    }).QuickCheckThrowOnFailure();

    static byte[] Bytes(MigrationOffer offer) => Write(writer => OfferCodec.Write(writer, offer));

    static byte[] Write(Action<StateWriter> fill)
    {
        var writer = new StateWriter();
        fill(writer);
        return writer.Written.ToArray();
    }
}
