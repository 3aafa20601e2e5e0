using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Firmware;
using Propolis.Vmm.Firmware.LinuxBoot;

namespace Propolis.Vmm.Tests.Firmware.LinuxBoot;

public sealed class LinuxBootPlanTests
{
    const ulong MiB = 1 << 20;

    static readonly BzImageHeader Kernel = new(0x4000, 8 << 20, 0x7b, 0x7fff_ffff, 2047, 16 * MiB, 40 * MiB);

    [Fact]
    public void Initrd_lies_at_the_top_of_low_memory()
    {
        var (plan, _) = LinuxBootPlan.Make(Kernel, 5000, "quiet", MemoryLayout.For(512 * MiB));

        Assert.Equal(16 * MiB, plan!.KernelAddress);
        Assert.Equal(new AddressRange(512 * MiB - 8192, 5000), plan.Initrd);
        Assert.Equal("quiet\0"u8.ToArray(), plan.CommandLine);
        Assert.Equal(16 * MiB + 0x200, plan.EntryAddress);
    }

    [Fact]
    public void Initrd_stays_below_the_kernels_limit()
    {
        var (plan, _) = LinuxBootPlan.Make(Kernel, 4096, "", MemoryLayout.For(4096 * MiB));

        Assert.Equal(0x8000_0000UL, plan!.Initrd.End);
    }

    [Theory]
    [InlineData(48UL, 0UL, 4, "The kernel needs memory up to 56 MiB; the machine has 48 MiB below 4 GiB.")]
    [InlineData(64UL, 9UL, 4, "The initrd has 9 MiB; between the kernel and 64 MiB there are 8 MiB.")]
    [InlineData(64UL, 0UL, 2048, "The kernel command line has 2048 bytes; this kernel takes 2047.")]
    public void What_does_not_fit_is_said(ulong memory, ulong initrd, int line, string expected) =>
        Assert.Equal(expected, LinuxBootPlan.Make(Kernel, initrd * MiB, new string('x', line), MemoryLayout.For(memory * MiB)).Complaint);

    [Fact]
    public void Zero_in_the_command_line_is_refused() =>
        Assert.Contains("zero character", LinuxBootPlan.Make(Kernel, 0, "a\0b", MemoryLayout.For(64 * MiB)).Complaint);

    [Fact]
    public void Any_numbers_give_a_plan_that_fits_or_a_complaint() =>
        Prop.ForAll(Cases().ToArbitrary(), c =>
        {
            var layout = MemoryLayout.For((ulong)c.Memory * MiB);
            var (plan, complaint) = LinuxBootPlan.Make(c.Header, c.Initrd, "", layout);
            if (plan is null) return complaint is not null;
            var kernelEnd = plan.KernelAddress + c.Header.InitLength;
            return plan.KernelAddress >= MiB && kernelEnd <= layout.Low.End && kernelEnd >= plan.KernelAddress
                && (c.Initrd == 0 || (plan.Initrd.Start >= kernelEnd && plan.Initrd.End <= layout.Low.End && plan.Initrd.End - 1 <= c.Header.InitrdAddressMax));
        }).QuickCheckThrowOnFailure();

    static Gen<(BzImageHeader Header, ulong Initrd, int Memory)> Cases()
    {
        var numbers = Gen.OneOf(Gen.Choose(0, int.MaxValue).Select(n => (ulong)n), Gen.Elements<ulong>(0, 1, 4096, MiB, uint.MaxValue, ulong.MaxValue, ulong.MaxValue - 4096, 3UL << 30));
        return from address in numbers
               from init in numbers
               from initrdMax in numbers
               from initrd in numbers
               from memory in Gen.Choose(1, 8192)
               select (new BzImageHeader(0x400, 100, 0x7b, initrdMax & uint.MaxValue, 2047, address, init), initrd, memory);
    }
}
