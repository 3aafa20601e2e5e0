using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Firmware;
using Propolis.Vmm.Firmware.LinuxBoot;

namespace Propolis.Vmm.Tests.Firmware.LinuxBoot;

public sealed class BzImageHeaderTests
{
    [Fact]
    public void Header_says_what_a_loader_needs()
    {
        var (header, complaint) = BzImageHeader.Parse(TestKernel.Make(), TestKernel.PayloadOffset + 4096);

        Assert.Null(complaint);
        Assert.Equal(new BzImageHeader(0x400, 4096, 0x26c - 0x1f1, 0x7fff_ffff, 2047, 0x100_0000, 2 << 20), header);
    }

    [Fact]
    public void No_setup_sectors_mean_four()
    {
        var file = TestKernel.Make(8192);
        file[0x1f1] = 0;
        TestKernel.Put(file, 0x1f4, 256);

        Assert.Equal(5 * 512, BzImageHeader.Parse(file, file.Length).Header!.PayloadOffset);
    }

    [Theory]
    [InlineData(0x202, "not a Linux kernel")]
    [InlineData(0x1fe, "not a Linux kernel")]
    [InlineData(0x206, "boot protocol 2.00")]
    [InlineData(0x211, "zImage")]
    [InlineData(0x236, "32-bit")]
    [InlineData(0x1f4, "cut off")]
    public void Wrong_kernel_gives_a_sentence(int offset, string expected)
    {
        var file = TestKernel.Make();
        file[offset] = 0;
        file[offset + 1] = (byte)(offset == 0x206 ? 2 : 0);

        var (header, complaint) = BzImageHeader.Parse(file, file.Length);

        Assert.Null(header);
        Assert.Contains(expected, complaint);
        Assert.EndsWith(".", complaint);
    }

    [Fact]
    public void Cut_off_file_is_refused()
    {
        var file = TestKernel.Make();

        Assert.Contains("announces 5120 bytes, the file has 5000", BzImageHeader.Parse(file, 5000).Complaint);
    }

    [Fact]
    public void Random_bytes_never_break_the_parser() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<byte[]>().ToArbitrary(), bytes =>
        {
            var (header, complaint) = BzImageHeader.Parse(bytes, bytes.Length);
            return header is null != complaint is null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Damaged_header_is_refused_or_stays_inside_the_file() =>
        Prop.ForAll(Damages().ToArbitrary(), damage =>
        {
            var file = TestKernel.Make();
            foreach (var (offset, value) in damage) file[offset] = value;
            var (header, complaint) = BzImageHeader.Parse(file.AsSpan(0, BzImageHeader.PrefixLength), file.Length);
            if (header is null) return complaint is not null;
            var (plan, misfit) = LinuxBootPlan.Make(header, 1 << 20, "console=ttyS0", MemoryLayout.For(64 << 20));
            var setupFits = BzImageHeader.HeaderOffset + header.HeaderLength <= BzImageHeader.PrefixLength && header.HeaderLength >= 0;
            var payloadFits = header.PayloadOffset + header.PayloadLength <= file.Length && header.PayloadLength > 0;
            var planFits = plan is null ? misfit is not null : plan.KernelAddress + header.InitLength <= plan.Initrd.Start && plan.Initrd.End <= 64 << 20;
            return setupFits && payloadFits && planFits;
        }).QuickCheckThrowOnFailure();

    static Gen<(int Offset, byte Value)[]> Damages() =>
        Gen.ArrayOf(
            from offset in Gen.OneOf(Gen.Choose(0x1f1, 0x270), Gen.Elements(0x1f1, 0x1f4, 0x1f6, 0x201, 0x22c, 0x258, 0x260))
            from value in Gen.Choose(0, 255)
            select (offset, (byte)value));
}
