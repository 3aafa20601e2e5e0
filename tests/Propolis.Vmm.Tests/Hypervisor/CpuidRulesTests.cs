using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Vmm.Tests.Hypervisor;

public sealed class CpuidRulesTests
{
    static readonly CpuidEntry Amd = new(0, null, 0x10, 0x68747541, 0x444d4163, 0x69746e65);
    static readonly CpuidEntry Intel = new(0, null, 0x20, 0x756e6547, 0x6c65746e, 0x49656e69);

    static readonly CpuidEntry[] AmdHost =
    [
        Amd, new(1, null, 0x00a20f10, 0x05100800, 0x7ef8320b, 0x178bfbff), new(7, 0, 1, 0x219c97a9, 0x40069c, 0x10), new(0xb, 0, 1, 2, 0x100, 5),
        new(0xd, 0, 0x207, 0x988, 0x988, 0), new(0xd, 2, 0x100, 0x240, 0, 0), new(0x40000000, null, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d),
        new(0x40000001, null, 0x01000089, 0, 0, 0), new(0x80000001, null, 0, 0, 0x75c237ff, 0x2fd3fbff), new(0x80000008, null, 0x3030, 0x111ef657, 0x501f, 0),
        new(0x8000000a, null, 1, 8, 0, 0xffff), new(0x8000001d, 0, 0x4121, 0x1c0003f, 0x3f, 0), new(0x8000001d, 3, 0x3c163, 0x3c0003f, 0x7fff, 1),
        new(0x8000001e, null, 5, 0x102, 0x300, 0),
    ];

    static readonly CpuidEntry[] IntelHost =
    [
        Intel, new(1, null, 0x000806f8, 0x03400800, 0x7ffefbff, 0xbfebfbff), new(4, 0, 0xfc004121, 0x2c0003f, 0x3f, 0), new(4, 3, 0xfc1fc163, 0x380003f, 0x1bfff, 4),
        new(4, 4, 0, 0, 0, 0), new(0xb, 0, 1, 2, 0x100, 3), new(0x1f, 0, 1, 2, 0x100, 3), new(0x80000008, null, 0x302e, 0, 0, 0),
    ];

    [Fact]
    public void Processor_knows_its_number_and_how_many_there_are()
    {
        var list = CpuidRules.ForVcpu(AmdHost, 3, 6);

        Assert.Equal(0x03060800u, Find(list, 1).Ebx);
        Assert.NotEqual(0u, Find(list, 1).Edx & 1u << 28);
        Assert.Equal(5u | 3u << 12, Find(list, 0x80000008).Ecx & 0xf0ff);
        Assert.Equal((3u, 3u, 0u), (Find(list, 0x8000001e).Eax, Find(list, 0x8000001e).Ebx, Find(list, 0x8000001e).Ecx));
        Assert.NotEqual(0u, Find(list, 0x80000001).Ecx & 2);
    }

    [Fact]
    public void Single_processor_has_no_hyper_threading()
    {
        var list = CpuidRules.ForVcpu(AmdHost, 0, 1);

        Assert.Equal(0u, Find(list, 1).Edx & 1u << 28);
        Assert.Equal(0u, Find(list, 0x80000001).Ecx & 2);
        Assert.Equal(0u, Find(list, 0x80000008).Ecx & 0xf0ff);
    }

    [Fact]
    public void Topology_leaf_says_one_thread_per_core()
    {
        var list = CpuidRules.ForVcpu(IntelHost, 5, 6);

        Assert.Equal(new CpuidEntry(0xb, 0, 0, 1, 0x100, 5), Find(list, 0xb, 0));
        Assert.Equal(new CpuidEntry(0xb, 1, 3, 6, 0x201, 5), Find(list, 0xb, 1));
        Assert.Equal(new CpuidEntry(0xb, 2, 0, 0, 2, 5), Find(list, 0xb, 2));
        Assert.DoesNotContain(list, e => e.Leaf == 0x1f);
    }

    [Theory]
    [InlineData(4u)]
    [InlineData(0x8000001du)]
    public void First_cache_belongs_to_a_core_and_the_last_to_all(uint leaf)
    {
        var list = CpuidRules.ForVcpu(leaf == 4 ? IntelHost : AmdHost, 0, 6);

        Assert.Equal(0u, Find(list, leaf, 0).Eax >> 14 & 0xfff);
        Assert.Equal(5u, Find(list, leaf, 3).Eax >> 14 & 0xfff);
    }

    [Fact]
    public void End_of_the_cache_list_stays_the_end()
    {
        Assert.Equal(0u, Find(CpuidRules.ForVcpu(IntelHost, 1, 6), 4, 4).Eax);
    }

    [Fact]
    public void Guests_do_not_get_nested_virtualization_and_know_that_they_are_guests()
    {
        var list = CpuidRules.ForGuests([.. AmdHost.Select(e => e.Leaf == 1 ? e with { Ecx = e.Ecx | 1u << 5 } : e)], 1u << 24);

        Assert.Equal(0u, Find(list, 1).Ecx & 1u << 5);
        Assert.NotEqual(0u, Find(list, 1).Ecx & 1u << 24);
        Assert.NotEqual(0u, Find(list, 1).Ecx & 1u << 31);
        Assert.Equal(0u, Find(list, 0x80000001).Ecx & 4);
        Assert.DoesNotContain(list, e => e.Leaf == 0x8000000a);
    }

    [Fact]
    public void Explicit_list_keeps_the_paravirtual_clock_unless_it_names_a_hypervisor()
    {
        Assert.Contains(CpuidRules.WithHypervisorLeaves([Amd], AmdHost), e => e.Leaf == 0x40000001);
        Assert.Single(CpuidRules.WithHypervisorLeaves([new(0x40000000, null, 0, 0, 0, 0)], AmdHost));
    }

    [Fact]
    public void Guest_of_a_host_may_return_to_it()
    {
        for (var id = 0; id < 5; id++)
        {
            Assert.Null(CpuidRules.FindObstacle(CpuidRules.ForVcpu(AmdHost, id, 5), AmdHost));
            Assert.Null(CpuidRules.FindObstacle(CpuidRules.ForVcpu(IntelHost, id, 5), IntelHost));
        }
    }

    [Fact]
    public void Guest_of_another_vendor_is_refused_by_name()
    {
        var obstacle = CpuidRules.FindObstacle(AmdHost, IntelHost);

        Assert.Equal("the guest was started on a processor of \"AuthenticAMD\", this host's is of \"GenuineIntel\"", obstacle);
    }

    [Fact]
    public void Xsave_component_at_another_place_is_refused()
    {
        CpuidEntry[] host = [.. AmdHost.Select(e => e is { Leaf: 0xd, Subleaf: 2 } ? e with { Ebx = 0x300 } : e)];

        Assert.Equal("XSAVE component 2 has 256 bytes at 576 in the guest, 256 at 768 on this host", CpuidRules.FindObstacle(AmdHost, host));
    }

    [Fact]
    public void Every_feature_bit_of_the_guest_must_be_the_hosts()
    {
        (uint Leaf, uint? Subleaf, int Register)[] places = [(1, null, 2), (1, null, 3), (7, 0, 1), (7, 0, 2), (0xd, 0, 0), (0x80000001, null, 3), (0x40000001, null, 0)];
        var gen = Gen.Elements(places).SelectMany(_ => Gen.Choose(0, 31), (place, bit) => (place, bit));

        Prop.ForAll(gen.ToArbitrary(), sample =>
        {
            var ((leaf, subleaf, register), bit) = sample;
            CpuidEntry[] host = [.. AmdHost.Select(e => e.Leaf == leaf && e.Subleaf == subleaf ? Clear(e, register, bit) : e)];
            var removed = !host.SequenceEqual(AmdHost);
            var ignored = (leaf == 1 && register == 2 && bit is 27 or 31) || (leaf == 1 && register == 3 && bit == 28) || (leaf == 7 && register == 2 && bit == 4);
            return (CpuidRules.FindObstacle(AmdHost, host) is not null) == (removed && !ignored);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Numbers_are_distinct_and_fit_for_every_count()
    {
        Prop.ForAll(Gen.Choose(1, 254).ToArbitrary(), count =>
        {
            var lists = Enumerable.Range(0, count).Select(id => CpuidRules.ForVcpu(IntelHost, id, count)).ToList();
            var bits = (int)Find(lists[0], 0xb, 1).Eax;
            return lists.Select(list => Find(list, 1).Ebx >> 24).Distinct().Count() == count
                && lists.All(list => Find(list, 0xb, 0).Edx < 1u << bits)
                && lists.All(list => list.Select(e => (e.Leaf, e.Subleaf)).Distinct().Count() == list.Length);
        }).QuickCheckThrowOnFailure();
    }

    static CpuidEntry Clear(CpuidEntry entry, int register, int bit) => register switch
    {
        0 => entry with { Eax = entry.Eax & ~(1u << bit) },
        1 => entry with { Ebx = entry.Ebx & ~(1u << bit) },
        2 => entry with { Ecx = entry.Ecx & ~(1u << bit) },
        _ => entry with { Edx = entry.Edx & ~(1u << bit) },
    };

    static CpuidEntry Find(CpuidEntry[] list, uint leaf, uint? subleaf = null) => list.Single(e => e.Leaf == leaf && e.Subleaf == subleaf);
}
