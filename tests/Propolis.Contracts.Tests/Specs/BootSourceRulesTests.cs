using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Tests.Specs;

public sealed class BootSourceRulesTests
{
    [Theory]
    [InlineData("vmlinuz", true)]
    [InlineData("OVMF_CODE.fd", true)]
    [InlineData("linux-6.1.0+deb12", true)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData(".hidden", false)]
    [InlineData("../etc/shadow", false)]
    [InlineData("/dev/mem", false)]
    [InlineData("two words", false)]
    public void Images_are_names_and_never_paths(string name, bool right) => Assert.Equal(right, BootSourceRules.IsImageName(name));

    [Fact]
    public void A_kernel_with_its_ram_disk_and_command_line_is_right() =>
        Assert.Empty(BootSourceRules.Faults(new BootSource { Kernel = "vmlinuz", Initrd = "initrd.img", Cmdline = "console=ttyS0 quiet" }));

    [Fact]
    public void Nothing_is_right_too() => Assert.Empty(BootSourceRules.Faults(new BootSource()));

    [Fact]
    public void Firmware_and_kernel_together_are_wrong() =>
        Assert.Contains("one of them", Assert.Single(BootSourceRules.Faults(new BootSource { Bootrom = "OVMF.fd", Kernel = "vmlinuz" })), StringComparison.Ordinal);

    [Fact]
    public void What_belongs_to_a_kernel_needs_one() =>
        Assert.Equal(["boot.initrd needs boot.kernel", "boot.cmdline needs boot.kernel"], BootSourceRules.Faults(new BootSource { Initrd = "initrd.img", Cmdline = "quiet" }));

    [Fact]
    public void Long_and_many_line_command_lines_are_wrong()
    {
        Assert.Single(BootSourceRules.Faults(new BootSource { Kernel = "vmlinuz", Cmdline = new string('x', BootSourceRules.LongestCmdline + 1) }));
        Assert.Single(BootSourceRules.Faults(new BootSource { Kernel = "vmlinuz", Cmdline = "a\nb" }));
    }
}
