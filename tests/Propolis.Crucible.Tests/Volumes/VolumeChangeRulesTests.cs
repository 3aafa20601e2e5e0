using Propolis.Crucible.Volumes;

namespace Propolis.Crucible.Tests.Volumes;

/// <summary>Which new construction request may take the place of the old one.</summary>
public sealed class VolumeChangeRulesTests
{
    static readonly RegionRequest Region = new()
    {
        BlockSize = 512,
        BlocksPerExtent = 8,
        ExtentCount = 2,
        Gen = 5,
        Opts = new CrucibleOpts { Id = new Guid(7, 0, 0, new byte[8]), Target = ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"] },
    };

    static readonly VolumeRequest Whole = new()
    {
        Id = new Guid(1, 0, 0, new byte[8]),
        BlockSize = 512,
        SubVolumes = [Region, Region with { Opts = Region.Opts with { Target = ["127.0.0.1:4", "127.0.0.1:5", "127.0.0.1:6"] } }],
        ReadOnlyParent = Region with { Opts = Region.Opts with { Target = ["127.0.0.1:7", "127.0.0.1:8", "127.0.0.1:9"], ReadOnly = true } },
    };

    [Fact]
    public void Nothing_changed_is_no_change()
    {
        Assert.Equal(VolumeChange.None, VolumeChangeRules.Compare(Whole, VolumeConstructionRequest.Parse(Whole.Format())));
        Assert.Equal(VolumeChange.None, VolumeChangeRules.Compare(Region, Region with { Gen = 6 }));
        Assert.Equal(VolumeChange.None, VolumeChangeRules.Compare(Whole, Whole with { ReadOnlyParent = null }));
    }

    [Theory]
    [InlineData(0, 1, "127.0.0.1:2"), InlineData(1, 2, "127.0.0.1:6"), InlineData(2, 0, "127.0.0.1:7")]
    public void One_target_is_found_in_the_tree(int region, int target, string old)
    {
        var replacement = Whole with
        {
            SubVolumes = [.. Whole.SubVolumes.Select((part, i) => i == region ? Moved((RegionRequest)part, target) : part)],
            ReadOnlyParent = region == 2 ? Moved((RegionRequest)Whole.ReadOnlyParent!, target) : Whole.ReadOnlyParent,
        };
        Assert.Equal(new VolumeChange(region, old, "127.0.0.1:99"), VolumeChangeRules.Compare(Whole, replacement));
        Assert.Equal(old, VolumeChangeRules.Regions(Whole).ElementAt(region).Opts.Target[target]);
    }

    public static TheoryData<string, VolumeConstructionRequest> Wrong => new()
    {
        { "2 targets differ", Moved(Moved(Region, 0), 1) },
        { "generation 4 is below 5", Region with { Gen = 4 } },
        { "geometry", Region with { ExtentCount = 3 } },
        { "options other than the targets", Region with { Opts = Region.Opts with { Sync = true } } },
        { "cannot get 2", Region with { Opts = Region.Opts with { Target = ["127.0.0.1:1", "127.0.0.1:2"] } } },
        { "a region cannot become another volume", Whole },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Anything_else_is_refused_in_words(string expected, VolumeConstructionRequest replacement) =>
        Assert.Contains(expected, Assert.Throws<CrucibleException>(() => VolumeChangeRules.Compare(Region, replacement)).Message);

    [Fact]
    public void Volumes_keep_id_block_size_and_parts()
    {
        Assert.Contains("the volume is", Refusal(Whole with { Id = Guid.Empty }));
        Assert.Contains("block size", Refusal(Whole with { BlockSize = 4096 }));
        Assert.Contains("2 sub-volumes, not 1", Refusal(Whole with { SubVolumes = [Region] }));
        Assert.Contains("no read-only parent", Assert.Throws<CrucibleException>(() => VolumeChangeRules.Compare(Whole with { ReadOnlyParent = null }, Whole)).Message);
    }

    [Fact]
    public void A_new_generation_goes_to_writable_regions_alone()
    {
        var fresh = VolumeChangeRules.WithGeneration(Whole, 9);
        Assert.Equal([9ul, 9, 5], VolumeChangeRules.Regions(fresh).Select(region => region.Gen));
        Assert.Equal(VolumeChange.None, VolumeChangeRules.Compare(Whole, fresh));
    }

    static RegionRequest Moved(RegionRequest region, int target) =>
        region with { Opts = region.Opts with { Target = [.. region.Opts.Target.Select((old, i) => i == target ? "127.0.0.1:99" : old)] } };

    static string Refusal(VolumeRequest replacement) => Assert.Throws<CrucibleException>(() => VolumeChangeRules.Compare(Whole, replacement)).Message;
}
