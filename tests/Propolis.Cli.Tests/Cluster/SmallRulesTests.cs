using FsCheck;
using FsCheck.Fluent;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Specs;

namespace Propolis.Cli.Tests.Cluster;

public sealed class SmallRulesTests
{
    [Theory]
    [InlineData("30s", 30)]
    [InlineData("30", 30)]
    [InlineData("5m", 300)]
    [InlineData("1.5h", 5400)]
    [InlineData("2d", 172800)]
    [InlineData("250ms", 0.25)]
    public void Times_are_read(string text, double seconds)
    {
        Assert.True(Durations.TryParse(text, out var time));
        Assert.Equal(seconds, time.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-5s")]
    [InlineData("5 m")]
    [InlineData("99999d")]
    public void Other_texts_are_no_times(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData(5, "5s")]
    [InlineData(200, "3m")]
    [InlineData(7300, "2h")]
    [InlineData(200000, "2d")]
    [InlineData(-1, "0s")]
    public void Times_are_shown_in_their_largest_unit(double seconds, string text) => Assert.Equal(text, Durations.Show(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("512", 512)]
    [InlineData("1K", 1024)]
    [InlineData("512M", 512L << 20)]
    [InlineData("10GiB", 10L << 30)]
    [InlineData("2t", 2L << 40)]
    public void Sizes_are_read(string text, long bytes)
    {
        Assert.True(Sizes.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("G")]
    [InlineData("10GB")]
    [InlineData("10X")]
    [InlineData("9999999P")]
    [InlineData("-1G")]
    public void Other_texts_are_no_sizes(string text) => Assert.False(Sizes.TryParse(text, out _));

    [Fact]
    public void A_size_that_is_shown_is_read_again() => Prop.ForAll(
        ArbMap.Default.ArbFor<PositiveInt>(),
        number => Sizes.TryParse(Sizes.Show(number.Get).Replace(" ", "", StringComparison.Ordinal).Replace("B", number.Get % 1024 == 0 ? "B" : "", StringComparison.Ordinal), out var read) && read == number.Get).QuickCheckThrowOnFailure();

    [Fact]
    public void Words_have_hyphens_and_take_underscores()
    {
        Assert.Equal("storage-fenced", Words.Of(SledLossPolicy.StorageFenced));
        Assert.True(Words.TryRead<SledLossPolicy>("storage_fenced", out var value));
        Assert.Equal(SledLossPolicy.StorageFenced, value);
        Assert.False(Words.TryRead<SledLossPolicy>("1", out _));
    }

    [Fact]
    public void Disks_get_free_slots()
    {
        var taken = new InstanceSpec
        {
            Board = new() { Cpus = 1, MemoryMb = 1, Chipset = new I440Fx { EnablePcie = false } },
            Components = new([new("nic", new VirtioNic { BackendId = "b", InterfaceId = Guid.Empty, PciPath = new() { Bus = 0, Device = 0x10, Function = 0 } })]),
        };
        var spec = DiskOptions.Add(taken, [DiskOptions.Read("one", 0), DiskOptions.Read("two:ro", 1)]);
        Assert.Equal([0x11, 0x12], spec.Components.Values.OfType<VirtioDisk>().Select(disk => (int)disk.PciPath.Device).Order());
    }

    [Fact]
    public void Read_only_disks_say_so() => Assert.Equal((true, "two"), (DiskOptions.Read("two:ro", 1).IsReadOnly, DiskOptions.Read("two:ro", 1).Existing));

    [Theory]
    [InlineData("web:apart", GroupRule.Apart, false)]
    [InlineData("web:together:required", GroupRule.Together, true)]
    public void Groups_are_read(string text, GroupRule rule, bool required) => Assert.Equal(new PlacementGroup { Name = "web", Rule = rule, Required = required }, GroupOptions.Read(text));

    [Theory]
    [InlineData("web")]
    [InlineData(":apart")]
    [InlineData("web:near")]
    [InlineData("web:apart:perhaps")]
    public void Other_texts_are_no_groups(string text) => Assert.Equal(CliException.Usage, Assert.Throws<CliException>(() => GroupOptions.Read(text)).ExitCode);

    [Theory]
    [InlineData("alice", "alice")]
    [InlineData("Jo Müller", "JoMller")]
    [InlineData("   ", "cli")]
    public void Actors_are_printable(string said, string actor) => Assert.Equal(actor, Actor.Of(_ => said));
}
