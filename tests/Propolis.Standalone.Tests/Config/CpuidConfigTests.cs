using Propolis.Standalone.Config;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Standalone.Tests.Config;

/// <summary>[cpuid.NAME].</summary>
public sealed class CpuidConfigTests
{
    const string Use = "cpuid_profile = 'p'\n[cpuid.p]\n";

    [Fact]
    public void A_profile_has_leaves_with_and_without_subleaves()
    {
        var profile = Configs.With(Use + """
            vendor = "amd"
            "0" = [0x10, 0x68747541, 0x444d4163, 0x69746e65]
            "7-0" = [1, 2, 3, 4294967295]
            "d-1f" = [5, 6, 7, 8]
            80000008 = [9, 10, 11, 12]
            "0x8000001d-0x3" = [0, 0, 0, 0]
            """).Main.CpuidProfile!;
        Assert.Equal(("p", CpuVendor.Amd), (profile.Name, profile.Vendor));
        Assert.Equal(
            [
                new(0, null, 0x10, 0x68747541, 0x444d4163, 0x69746e65), new(7, 0, 1, 2, 3, uint.MaxValue), new(0xd, 0x1f, 5, 6, 7, 8),
                new(0x80000008, null, 9, 10, 11, 12), new CpuidEntry(0x8000001d, 3, 0, 0, 0, 0),
            ], profile.Entries);
    }

    [Fact]
    public void The_named_profile_of_several_is_used()
    {
        var config = Configs.With("cpuid_profile = 'b'\n[cpuid.a]\nvendor = 'amd'\n[cpuid.b]\nvendor = 'intel'");
        Assert.Equal(("b", CpuVendor.Intel), (config.Main.CpuidProfile!.Name, config.Main.CpuidProfile.Vendor));
    }

    [Fact]
    public void A_profile_need_not_be_used() => Assert.Null(Configs.With("[cpuid.a]\nvendor = 'amd'").Main.CpuidProfile);

    const string NoKey = " is no key; write vendor, a leaf or leaf-subleaf in hexadecimal, as \"4-0\".";

    [Theory]
    [InlineData("", "7:8: [cpuid.p] needs the key vendor.")]
    [InlineData("vendor = 1", "8:10: [cpuid.p] vendor must be a string, not an integer.")]
    [InlineData("vendor = 'via'", "8:10: [cpuid.p] vendor cannot be via; it must be amd or intel.")]
    [InlineData("vendor = 'amd'\nvender = 'amd'", "9:1: [cpuid.p] vender" + NoKey)]
    [InlineData("vendor = 'amd'\n'1-2-3' = [0, 0, 0, 0]", "9:1: [cpuid.p] 1-2-3" + NoKey)]
    [InlineData("vendor = 'amd'\n'7-' = [0, 0, 0, 0]", "9:1: [cpuid.p] 7-" + NoKey)]
    [InlineData("vendor = 'amd'\n'' = [0, 0, 0, 0]", "9:1: [cpuid.p] \"\"" + NoKey)]
    [InlineData("vendor = 'amd'\n'100000000' = [0, 0, 0, 0]", "9:1: [cpuid.p] 100000000" + NoKey)]
    [InlineData("vendor = 'amd'\n'1' = 5", "9:7: [cpuid.p] 1 must be the four numbers [eax, ebx, ecx, edx].")]
    [InlineData("vendor = 'amd'\n'1' = [1, 2, 3]", "9:7: [cpuid.p] 1 must be the four numbers [eax, ebx, ecx, edx].")]
    [InlineData("vendor = 'amd'\n'1' = [1, 2, 3, 4, 5]", "9:7: [cpuid.p] 1 must be the four numbers [eax, ebx, ecx, edx].")]
    [InlineData("vendor = 'amd'\n'1' = [1, 2, 3, -4]", "9:17: [cpuid.p] 1 must be 0 to 4294967295, not -4.")]
    [InlineData("vendor = 'amd'\n'1' = [1, 2, 3, '4']", "9:17: [cpuid.p] 1 must be an integer, not a string.")]
    [InlineData("vendor = 'amd'\n'a' = [0, 0, 0, 0]\n'0A' = [0, 0, 0, 0]", "10:1: [cpuid.p] 0A is answered by another key already.")]
    [InlineData("vendor = 'amd'\n'7-1' = [0, 0, 0, 0]\n'7-01' = [0, 0, 0, 0]", "10:1: [cpuid.p] 7-01 is answered by another key already.")]
    [InlineData("vendor = 'amd'\n'7' = [0, 0, 0, 0]\n'7-1' = [0, 0, 0, 0]", "10:1: [cpuid.p] 7-1 is answered by another key already.")]
    public void A_wrong_profile_is_refused(string keys, string sentence) => Configs.MoreRefused(Use + keys, sentence);
}
