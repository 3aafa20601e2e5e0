using FsCheck;
using FsCheck.Fluent;
using Propolis.Toml;

namespace Propolis.Standalone.Tests.Config;

/// <summary>The guess of what a mistyped name stands for.</summary>
public sealed class NearestNameTests
{
    static readonly string[] Known = ["name", "cpus", "memory", "boot_order", "cpu_binding"];

    [Theory]
    [InlineData("cpu", "cpus")]
    [InlineData("cpuss", "cpus")]
    [InlineData("cups", "cpus")]
    [InlineData("CPUS", "cpus")]
    [InlineData("memroy", "memory")]
    [InlineData("boot-order", "boot_order")]
    [InlineData("bootorder", "boot_order")]
    [InlineData("cpu_bnding", "cpu_binding")]
    [InlineData("vnic", null)]
    [InlineData("", null)]
    [InlineData("mainboard", null)]
    public void Few_slips_are_forgiven(string written, string? meant) => Assert.Equal(meant, NearestName.Find(written, Known));

    [Fact]
    public void Of_equals_the_first_wins() => Assert.Equal("ab", NearestName.Find("ax", ["ab", "ac"]));

    [Fact]
    public void Advice_names_the_nearest_or_all() =>
        Assert.Equal(("perhaps cpus is meant", "known are a, b", "there are none"),
            (NearestName.Advice("cpu", Known), NearestName.Advice("xyz", ["a", "b"]), NearestName.Advice("x", [])));

    [Fact]
    public void A_known_name_with_one_slip_is_always_found() =>
        Prop.ForAll(Gen.Elements(Known).ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), (name, at) =>
        {
            var place = at % name.Length;
            return NearestName.Find(name.Remove(place, 1), Known) == name && NearestName.Find(name.Insert(place, "#"), Known) == name;
        }).QuickCheckThrowOnFailure();
}
