using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Firmware;

namespace Propolis.Vmm.Tests.Firmware;

public sealed class MemoryLayoutTests
{
    const ulong Gib = 1UL << 30;

    [Fact]
    public void Small_machine_has_low_memory_only()
    {
        var layout = MemoryLayout.For(2 * Gib);

        Assert.Equal(new AddressRange(0, 2 * Gib), layout.Low);
        Assert.True(layout.High.IsEmpty);
        Assert.Equal(new AddressRange(0x1_0000_0000, 0xfff_0000_0000), layout.Device64);
    }

    [Fact]
    public void Memory_beyond_3_GiB_goes_on_at_4_GiB()
    {
        var layout = MemoryLayout.For(8 * Gib);

        Assert.Equal(new AddressRange(0, 3 * Gib), layout.Low);
        Assert.Equal(new AddressRange(4 * Gib, 5 * Gib), layout.High);
        Assert.Equal(9 * Gib, layout.Device64.Start);
        Assert.Equal(16UL << 40, layout.Device64.End);
    }

    [Fact]
    public void Windows_do_not_overlap()
    {
        var windows = new[]
        {
            new AddressRange(0, MemoryLayout.LowMemoryLimit), MemoryLayout.Device32, MemoryLayout.Ecam, new(MemoryLayout.IoApic, 0x1000),
            new(MemoryLayout.LocalApic, 0x1000), AddressRange.Between(MemoryLayout.HighMemoryStart - MemoryLayout.MaxBootRomLength, MemoryLayout.HighMemoryStart),
        };
        for (var i = 1; i < windows.Length; i++) Assert.True(windows[i - 1].End <= windows[i].Start, $"window {i}");
    }

    [Theory]
    [InlineData(0UL, "no memory")]
    [InlineData(5UL << 19, "multiple of 1 MiB")]
    [InlineData(9UL << 40, "more than the 8192 GiB")]
    public void Wrong_amount_gives_a_sentence(ulong bytes, string expected) => Assert.Contains(expected, MemoryLayout.Check(bytes));

    [Fact]
    public void Low_and_high_memory_add_up() =>
        Prop.ForAll(Gen.Choose(1, 1 << 20).ToArbitrary(), units =>
        {
            var layout = MemoryLayout.For((ulong)units << 20);
            return layout.Low.Length + layout.High.Length == layout.Total && layout.Low.End <= MemoryLayout.Device32.Start && layout.High.End <= layout.Device64.Start;
        }).QuickCheckThrowOnFailure();
}
