using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Net;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

namespace Propolis.Vmm.Tests.Devices.Virtio.Net;

public sealed class VirtioNetRulesTests
{
    const NetOffloads All = NetOffloads.Checksum | NetOffloads.Tcp4 | NetOffloads.Tcp6 | NetOffloads.Ecn;

    [Fact]
    public void Offer_follows_the_backend()
    {
        var bare = VirtioNetRules.Offer(new NetAbilities());
        var rich = VirtioNetRules.Offer(new NetAbilities { Mtu = 1500, QueuePairs = 2, Offloads = All });

        const ulong extra = VirtioNetFeatures.Mtu | VirtioNetFeatures.MultiQueue | VirtioNetFeatures.Checksum | VirtioNetFeatures.GuestChecksum
            | VirtioNetFeatures.HostTso4 | VirtioNetFeatures.HostTso6 | VirtioNetFeatures.HostEcn
            | VirtioNetFeatures.GuestTso4 | VirtioNetFeatures.GuestTso6 | VirtioNetFeatures.GuestEcn;
        Assert.Equal(0UL, bare & extra);
        Assert.Equal(bare | extra, rich);
    }

    [Theory]
    [InlineData(VirtioNetFeatures.GuestTso4, VirtioNetFeatures.GuestChecksum)]
    [InlineData(VirtioNetFeatures.HostTso6, VirtioNetFeatures.Checksum)]
    [InlineData(VirtioNetFeatures.MultiQueue, VirtioNetFeatures.ControlQueue)]
    [InlineData(VirtioNetFeatures.GuestAnnounce, VirtioNetFeatures.ControlQueue)]
    [InlineData(VirtioNetFeatures.HostEcn, VirtioNetFeatures.HostTso4 | VirtioNetFeatures.Checksum)]
    public void Feature_without_what_it_needs_is_inconsistent(ulong feature, ulong needed)
    {
        Assert.False(VirtioNetRules.IsConsistent(feature));
        Assert.True(VirtioNetRules.IsConsistent(feature | needed));
    }

    [Theory]
    [InlineData(VirtioNetFeatures.ControlQueue | VirtioNetFeatures.MultiQueue, "R T R T R T C")]
    [InlineData(VirtioNetFeatures.ControlQueue, "R T C - - - -")]
    [InlineData(0UL, "R T - - - - -")]
    public void Control_queue_stands_behind_the_pairs_in_use(ulong features, string expected)
    {
        var roles = Enumerable.Range(0, 7).Select(i => VirtioNetRules.RoleOf(i, features, 3) switch
        {
            QueueRole.Receive => "R",
            QueueRole.Transmit => "T",
            QueueRole.Control => "C",
            _ => "-",
        });

        Assert.Equal(expected, string.Join(' ', roles));
    }

    [Fact]
    public void Receiver_offloads_are_those_the_driver_took()
    {
        Assert.Equal(NetOffloads.None, VirtioNetRules.ReceiverOffloads(VirtioFeatures.Version1 | VirtioNetFeatures.Checksum));
        Assert.Equal(NetOffloads.Checksum | NetOffloads.Tcp6, VirtioNetRules.ReceiverOffloads(VirtioNetFeatures.GuestChecksum | VirtioNetFeatures.GuestTso6));
    }

    [Fact]
    public void Header_from_the_guest_passes_when_agreed()
    {
        var segmented = new NetHeader(NetHeader.NeedsChecksum | 0x80, NetSegmentation.Tcp4, 54, 1448, 34, 16, 7);

        Assert.Equal(segmented with { Flags = NetHeader.NeedsChecksum, Buffers = 0 }, NetHeaderRules.FromGuest(segmented, VirtioNetFeatures.Checksum | VirtioNetFeatures.HostTso4));
        Assert.Null(NetHeaderRules.FromGuest(segmented, VirtioNetFeatures.Checksum | VirtioNetFeatures.HostTso6));
        Assert.Null(NetHeaderRules.FromGuest(segmented with { Segmentation = NetSegmentation.Tcp4 | NetSegmentation.Ecn }, VirtioNetFeatures.Checksum | VirtioNetFeatures.HostTso4));
        Assert.Null(NetHeaderRules.FromGuest(segmented with { SegmentSize = 0 }, VirtioNetFeatures.Checksum | VirtioNetFeatures.HostTso4));
        Assert.Null(NetHeaderRules.FromGuest(segmented with { Segmentation = NetSegmentation.Udp }, ulong.MaxValue));
        Assert.Null(NetHeaderRules.FromGuest(segmented, 0));
    }

    [Fact]
    public void Header_to_the_guest_says_nothing_it_did_not_agree_to()
    {
        var validated = new NetHeader(NetHeader.DataValid, NetSegmentation.None, 0, 0, 0, 0, 0);
        var segmented = new NetHeader(NetHeader.NeedsChecksum, NetSegmentation.Tcp6, 74, 1428, 54, 16, 0);

        Assert.Equal(new NetHeader { Buffers = 1 }, NetHeaderRules.ToGuest(validated, 0));
        Assert.Equal(validated with { Buffers = 1 }, NetHeaderRules.ToGuest(validated, VirtioNetFeatures.GuestChecksum));
        Assert.Null(NetHeaderRules.ToGuest(segmented, VirtioNetFeatures.GuestChecksum));
        Assert.Equal(segmented with { Buffers = 1 }, NetHeaderRules.ToGuest(segmented, VirtioNetFeatures.GuestChecksum | VirtioNetFeatures.GuestTso6));
    }

    [Fact]
    public void Table_beyond_the_limit_lets_its_kind_pass()
    {
        const ulong features = VirtioNetFeatures.ControlReceive;
        var state = new NetControlState { Filter = new ReceiveFilter { Mac = NetFrame.Guest, IsPromiscuous = false } };
        byte[] groups = [0, 0, 0, 0, ReceiveFilter.MaxAddresses + 1, 0, 0, 0, .. new byte[6 * (ReceiveFilter.MaxAddresses + 1)]];

        var changed = NetControlRules.Apply(state, features, 1, ControlCommand.MacTableSet, groups);

        Assert.True(changed!.Filter.MulticastOverflowed);
        Assert.False(changed.Filter.UnicastOverflowed);
        Assert.True(changed.Filter.Passes(NetFrame.Make(new MacAddress([0x33, 0x33, 0, 0, 0, 9]), 50).AsSpan(NetHeader.Size)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01000000")]
    [InlineData("0000000000000000ff")]
    [InlineData("ffffffff")]
    public void Malformed_table_is_refused(string hex)
    {
        var state = new NetControlState { Filter = new ReceiveFilter { Mac = NetFrame.Guest } };

        Assert.Null(NetControlRules.Apply(state, VirtioNetFeatures.ControlReceive, 1, ControlCommand.MacTableSet, Convert.FromHexString(hex)));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void Pairs_in_use_are_between_one_and_all(int wanted, bool isTaken)
    {
        var state = new NetControlState { Filter = new ReceiveFilter { Mac = NetFrame.Guest } };

        var changed = NetControlRules.Apply(state, VirtioNetFeatures.MultiQueue, 4, ControlCommand.QueuePairsSet, [(byte)wanted, 0]);

        Assert.Equal(isTaken ? wanted : null, changed?.ActivePairs);
    }

    [Theory]
    [InlineData("02:08:20:ab:cd:ef", true)]
    [InlineData("02:08:20:AB:CD:EF", true)]
    [InlineData("01:00:5e:00:00:01", false)]
    [InlineData("00:00:00:00:00:00", false)]
    [InlineData("2:8:20:ab:cd:ef", false)]
    [InlineData("02:08:20:ab:cd", false)]
    [InlineData("02-08-20-ab-cd-ef", false)]
    public void Address_is_six_bytes_of_one_station(string text, bool isValid)
    {
        Assert.Equal(isValid, MacAddress.TryParse(text, out var address));
        if (isValid) Assert.Equal(text.ToLowerInvariant(), address.ToString());
    }
}
