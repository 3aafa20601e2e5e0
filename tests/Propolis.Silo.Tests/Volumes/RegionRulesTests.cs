using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Volumes;

namespace Propolis.Silo.Tests.Volumes;

/// <summary>Where the regions of a volume are and what becomes of them.</summary>
public sealed class RegionRulesTests
{
    const string Volume = "vol-a";

    static readonly VolumeTemplate Template = new() { Project = "p", Name = "disk", Kind = VolumeKind.Crucible, SizeBytes = 256 << 20, BlockSize = 4096 };

    static readonly VolumeState Empty = VolumeRules.Create(null, new() { OperationId = "create", Actor = "u", Template = Template }, DateTimeOffset.UnixEpoch).State!;

    static readonly SledView[] Sleds = [.. Enumerable.Range(1, 5).Select(i => VolumeSleds.Sled(i))];

    static readonly VolumeState Placed = RegionRules.Place(Empty, Volume, Sleds).State!;

    static readonly VolumeState Ready = Serve(Placed);

    [Theory]
    [InlineData(1L << 20, 512, 1, 2048), InlineData(256L << 20, 4096, 8, 8192), InlineData(3L << 30, 4096, 48, 16384), InlineData(65L << 20, 512, 65, 2048)]
    public void Volumes_are_cut_into_at_least_eight_extents_of_at_most_64_MiB(long size, int block, int extents, long blocks) =>
        Assert.Equal(new RegionGeometry(blocks, extents), RegionRules.Geometry(Template with { SizeBytes = size, BlockSize = block }));

    [Theory]
    [InlineData(1000 * 512, 512, "multiple of 1048576"), InlineData(1 << 20, 65536, "at most 32768"), InlineData((20000L << 20), 512, null), InlineData((20001L << 20), 512, "multiple of 67108864")]
    public void Sizes_that_make_no_regions_are_named(long size, int block, string? sentence)
    {
        var fault = VolumeRules.Fault(Template with { SizeBytes = size, BlockSize = block });
        if (sentence is null)
            Assert.Null(fault);
        else
            Assert.Contains(sentence, fault!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Three_regions_lie_on_three_sleds_with_ids_of_their_own()
    {
        Assert.Equal([0, 1, 2], Placed.Regions.Select(one => one.Slot));
        Assert.Equal((3, 3), (Placed.Regions.Select(one => one.Sled).Distinct().Count(), Placed.Regions.Select(one => one.Region).Distinct().Count()));
        Assert.Same(Placed, RegionRules.Place(Placed, Volume, Sleds).State);
    }

    [Fact]
    public void Only_sleds_in_service_that_were_heard_are_chosen()
    {
        SledView[] some = [Sleds[0], Sleds[1] with { Policy = SledPolicy.Draining }, Sleds[2] with { Health = SledHealth.Unreachable }, Sleds[3]];
        var refusal = RegionRules.Place(Empty, Volume, some).Refusal!;
        Assert.Equal((RefusalCode.NoPlace, "a crucible volume needs 3 sleds in service that can be reached; there are 2"), (refusal.Code, refusal.Detail));
    }

    [Fact]
    public void Many_volumes_spread_over_all_sleds()
    {
        var uses = Enumerable.Range(0, 500).SelectMany(i => RegionRules.Choose($"vol-{i}", Sleds, [], 3)).GroupBy(sled => sled).ToDictionary(group => group.Key, group => group.Count());
        Assert.All(Sleds, sled => Assert.InRange(uses[sled.Id], 200, 400));
    }

    [Fact]
    public void A_volume_is_not_given_out_before_it_is_made()
    {
        var refusal = CheckOut(Placed).Refusal!;
        Assert.Equal(RefusalCode.Conflict, refusal.Code);
        Assert.Contains("is still being made on sled-", refusal.Detail, StringComparison.Ordinal);
        Assert.False(RegionRules.IsSettled(Placed));
        Assert.True(RegionRules.IsSettled(Ready));
        Assert.Equal(1, CheckOut(Ready).State!.Generation);
    }

    [Fact]
    public void The_request_names_the_three_and_the_generation()
    {
        Assert.Null(VolumeRequestRules.Request(Placed, Volume));
        var region = System.Text.Json.JsonDocument.Parse(VolumeRequestRules.Request(CheckOut(Ready).State!, Volume)!).RootElement.GetProperty("sub_volumes")[0];
        Assert.Equal((1L, 4096, 8192, 8), (region.GetProperty("gen").GetInt64(), region.GetProperty("block_size").GetInt32(), region.GetProperty("blocks_per_extent").GetInt32(), region.GetProperty("extent_count").GetInt32()));
        Assert.Equal(Ready.Regions.Select(one => one.Address), region.GetProperty("opts").GetProperty("target").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public void A_request_of_ones_own_gets_the_generation_where_it_can_be_written()
    {
        var json = VolumeRequestRules.WithGeneration(
            """{"type":"volume","sub_volumes":[{"type":"region","gen":1,"opts":{"read_only":false}},{"type":"file"}],"read_only_parent":{"type":"region","gen":1,"opts":{"read_only":true}}}""", 7);
        Assert.Equal("""{"type":"volume","sub_volumes":[{"type":"region","gen":7,"opts":{"read_only":false}},{"type":"file"}],"read_only_parent":{"type":"region","gen":1,"opts":{"read_only":true}}}""", json);
    }

    [Fact]
    public void A_replaced_region_stays_until_the_new_one_is_whole()
    {
        var old = Ready.Regions[1];
        var begun = Replace(Ready, old).State!;
        var incoming = Assert.Single(begun.Regions, one => one.State == VolumeRegionState.Incoming);
        Assert.DoesNotContain(incoming.Sled, Ready.Regions.Select(one => one.Sled));
        Assert.Equal(Ready.Regions.Select(one => one.Address), RegionRules.Serving(begun).Select(one => one.Address));
        var swapped = RegionRules.Served(begun, incoming.Region, "127.0.0.1:99");
        Assert.Equal([Ready.Regions[0].Address, "127.0.0.1:99", Ready.Regions[2].Address], RegionRules.Serving(swapped).Select(one => one.Address));
        Assert.Empty(RegionRules.ToRemove(swapped));
        var whole = RegionRules.Whole(swapped);
        Assert.Equal([old.Region], RegionRules.ToRemove(whole).Select(one => one.Region));
        Assert.True(RegionRules.IsSettled(RegionRules.Removed(whole, old.Region)));
    }

    [Fact]
    public void Only_one_region_is_replaced_at_a_time_but_the_new_one_may_be_replaced_again()
    {
        var begun = Replace(Ready, Ready.Regions[1]).State!;
        Assert.Same(begun, Replace(begun, Ready.Regions[1]).State);
        Assert.Equal(RefusalCode.Conflict, Replace(begun, Ready.Regions[0], "other").Refusal!.Code);
        var incoming = begun.Regions.First(one => one.State == VolumeRegionState.Incoming);
        var swapped = RegionRules.Served(begun, incoming.Region, "127.0.0.1:99");
        Assert.Equal(RefusalCode.Conflict, Replace(swapped, swapped.Regions[0], "other").Refusal!.Code);
        Assert.NotNull(Replace(swapped, swapped.Regions.First(one => one.State == VolumeRegionState.Repairing), "again").State);
        Assert.Equal(RefusalCode.NotFound, Replace(Ready, Ready.Regions[0] with { Region = Guid.Empty }, "none").Refusal!.Code);
        Assert.Equal(RefusalCode.NoPlace, RegionRules.Replace(Ready, Volume, new() { OperationId = "x", Actor = "u", Region = Ready.Regions[0].Region }, [.. Sleds.Where(sled => Ready.Regions.Any(one => one.Sled == sled.Id))]).Refusal!.Code);
    }

    [Fact]
    public void A_region_that_cannot_be_reached_is_replaced_before_the_volume_is_opened()
    {
        var lost = Ready.Regions[1];
        SledView[] without = [.. Sleds.Select(sled => sled.Id == lost.Sled ? sled with { Health = SledHealth.Unreachable } : sled)];
        var recovering = RegionRules.Recover(Ready, Volume, without);
        var incoming = Assert.Single(recovering.Regions, one => one.State == VolumeRegionState.Incoming);
        Assert.Equal((1, true), (incoming.Slot, RegionRules.IsRecovering(recovering)));
        Assert.True(RegionRules.IsAlone(recovering, incoming));
        Assert.Same(recovering, RegionRules.Recover(recovering, Volume, without));
        Assert.Same(Ready, RegionRules.Recover(Ready, Volume, Sleds));
    }

    [Fact]
    public void With_no_other_sled_left_the_new_region_shares_one()
    {
        var lost = Ready.Regions[0];
        SledView[] two = [.. Sleds.Where(sled => sled.Id == Ready.Regions[1].Sled || sled.Id == Ready.Regions[2].Sled)];
        var incoming = Assert.Single(RegionRules.Recover(Ready, Volume, two).Regions, one => one.State == VolumeRegionState.Incoming);
        Assert.Contains(incoming.Sled, two.Select(sled => sled.Id));
        Assert.False(RegionRules.IsAlone(RegionRules.Recover(Ready, Volume, two), incoming));
        Assert.Same(Ready, RegionRules.Recover(Ready, Volume, []));
        Assert.NotEqual(lost.Region, incoming.Region);
    }

    [Fact]
    public void A_region_that_was_never_made_is_replaced_at_once()
    {
        var next = Replace(Placed, Placed.Regions[2]).State!;
        Assert.Equal([VolumeRegionState.Creating, VolumeRegionState.Creating, VolumeRegionState.Leaving, VolumeRegionState.Creating], next.Regions.Select(one => one.State));
        Assert.Equal([0, 1, 2], RegionRules.Serving(Serve(next)).Select(one => one.Slot));
    }

    [Fact]
    public void A_deleted_volume_lets_all_regions_go()
    {
        var deleted = VolumeRules.Delete(Ready, "u").State!;
        Assert.Equal(3, RegionRules.ToRemove(deleted).Count());
        Assert.True(RegionRules.IsSettled(deleted.Regions.Aggregate(deleted, (state, one) => RegionRules.Removed(state, one.Region))));
        Assert.Equal(RefusalCode.Gone, Replace(deleted, Ready.Regions[0]).Refusal!.Code);
    }

    static VolumeState Serve(VolumeState state) => RegionRules.ToMake(state).ToList().Aggregate(state, (next, one) => RegionRules.Served(next, one.Region, $"127.0.0.1:{5000 + one.Slot}"));

    static Propolis.Silo.Hosting.Decision<VolumeState> Replace(VolumeState state, VolumeRegion region, string operation = "replace") =>
        RegionRules.Replace(state, Volume, new() { OperationId = operation, Actor = "u", Region = region.Region }, Sleds);

    static Propolis.Silo.Hosting.Decision<VolumeState> CheckOut(VolumeState state) => VolumeRules.CheckOut(
        state, new() { OperationId = "start", Holder = new() { Instance = InstanceId.Make("inst-a"), Incarnation = 1 }, Reason = CheckoutReasons.Start }, DateTimeOffset.UnixEpoch);
}
