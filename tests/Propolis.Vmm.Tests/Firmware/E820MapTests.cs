using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Firmware;

namespace Propolis.Vmm.Tests.Firmware;

public sealed class E820MapTests
{
    [Fact]
    public void Kernel_keeps_off_the_bios_areas() => Assert.Equal(
        ["0-9fc00 Ram", "9fc00-a0000 Reserved", "e0000-100000 Reserved", "100000-c0000000 Ram", "e0000000-f0000000 Reserved", "100000000-140000000 Ram"],
        E820Map.ForKernel(MemoryLayout.For(4UL << 30), hasEcam: true).Select(Describe));

    [Fact]
    public void Firmware_gets_all_ram() => Assert.Equal(
        ["0-c0000000 Ram", "100000000-140000000 Ram"], E820Map.ForFirmware(MemoryLayout.For(4UL << 30), hasEcam: false).Select(Describe));

    [Fact]
    public void Entry_is_20_bytes_little_endian() => Assert.Equal(
        "00000c00000000000000020000000000" + "02000000",
        Convert.ToHexStringLower(E820Map.Encode([new E820Entry(new AddressRange(0xc_0000, 0x2_0000), E820Kind.Reserved)])));

    [Fact]
    public void Entries_ascend_without_overlap_and_lie_in_ram_or_windows() =>
        Prop.ForAll(Gen.Choose(2, 1 << 20).ToArbitrary(), mebibytes =>
        {
            var layout = MemoryLayout.For((ulong)mebibytes << 20);
            var map = E820Map.ForKernel(layout, hasEcam: mebibytes % 2 == 0);
            return map.All(e => !e.Range.IsEmpty) && map.Zip(map.Skip(1)).All(p => p.First.Range.End <= p.Second.Range.Start);
        }).QuickCheckThrowOnFailure();

    static string Describe(E820Entry entry) => $"{entry.Range.Start:x}-{entry.Range.End:x} {entry.Kind}";
}
