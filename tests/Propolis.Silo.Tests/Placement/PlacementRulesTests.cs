using FsCheck;
using FsCheck.Fluent;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Placement;
using static Propolis.Silo.Tests.Instances.Make;

namespace Propolis.Silo.Tests.Placement;

public sealed class PlacementRulesTests
{
    static readonly PlacementRequest Request = new() { Instance = InstanceId.Make("inst-a"), Project = "web", Cpus = 2, MemoryMb = 1024 };

    [Fact]
    public void The_emptiest_sled_comes_first() =>
        Assert.Equal(["sled-2", "sled-3", "sled-1"], Rank(Request, Sled("sled-1", usedCpus: 8), Sled("sled-2"), Sled("sled-3", usedMemory: 4096)));

    [Fact]
    public void Every_other_sled_is_told_why_not()
    {
        var report = PlacementRules.Rank(Request with { Avoid = [new() { Sled = SledId.Make("sled-7"), Reason = "refused lately" }] },
        [
            Sled("sled-1", cpus: 1),
            Sled("sled-2", memory: 1000),
            Sled("sled-3") with { Policy = SledPolicy.Draining },
            Sled("sled-4") with { Policy = SledPolicy.Expunged },
            Sled("sled-5") with { Health = SledHealth.Unreachable },
            Sled("sled-6") with { LastHeard = null },
            Sled("sled-7"),
        ]);
        Assert.Empty(report.Candidates);
        Assert.Equal(
            [
                "has 1 of 1 processors free; 2 are needed", "has 1000 of 1000 MiB of memory free; 1024 are needed", "is being drained", "is expunged", "is silent",
                "was not heard yet since the silo started", "refused lately",
            ],
            report.Refusals.Select(one => one.Reason));
    }

    [Fact]
    public void A_pin_leaves_one_sled() =>
        Assert.Equal(["sled-2"], Rank(Request with { Pin = SledId.Make("sled-2") }, Sled("sled-1"), Sled("sled-2")));

    [Theory]
    [InlineData(true, new[] { "sled-2" })]
    [InlineData(false, new[] { "sled-2", "sled-1" })]
    public void Members_apart_avoid_each_other(bool required, string[] expected) => Assert.Equal(
        expected, Rank(Request with { Groups = [new() { Name = "g", Rule = GroupRule.Apart, Required = required }] }, WithMember("sled-1"), Sled("sled-2", usedCpus: 10)));

    [Theory]
    [InlineData(true, new[] { "sled-1" })]
    [InlineData(false, new[] { "sled-1", "sled-2" })]
    public void Members_together_seek_each_other(bool required, string[] expected) => Assert.Equal(
        expected, Rank(Request with { Groups = [new() { Name = "g", Rule = GroupRule.Together, Required = required }] }, WithMember("sled-1"), Sled("sled-2")));

    [Fact]
    public void The_first_member_together_goes_anywhere() =>
        Assert.Equal(2, Rank(Request with { Groups = [new() { Name = "g", Rule = GroupRule.Together, Required = true }] }, Sled("sled-1"), Sled("sled-2")).Length);

    [Fact]
    public void Groups_of_another_project_do_not_count() => Assert.Equal(
        2, Rank(Request with { Project = "other", Groups = [new() { Name = "g", Rule = GroupRule.Apart, Required = true }] }, WithMember("sled-1"), Sled("sled-2")).Length);

    [Fact]
    public void A_running_guest_moves_to_the_same_hypervisor_and_vendor()
    {
        var live = Request with { Live = new() { Hypervisor = "kvm", Cpu = "AuthenticAMD EPYC" } };
        Assert.Equal(["sled-3", "sled-4"], Rank(
            live,
            Sled("sled-1") with { Hypervisor = "bhyve" },
            Sled("sled-2") with { Cpu = "GenuineIntel Xeon" },
            Sled("sled-3") with { Cpu = "AuthenticAMD Ryzen" },
            Sled("sled-4")).Order());
    }

    [Fact]
    public void Every_sled_is_either_a_candidate_with_room_or_refused()
    {
        var sled =
            from cpus in Gen.Choose(0, 8)
            from used in Gen.Choose(0, 8)
            from policy in Gen.Elements(SledPolicy.InService, SledPolicy.Draining)
            from health in Gen.Elements(SledHealth.Reachable, SledHealth.Unreachable)
            select (cpus, used, policy, health);
        Prop.ForAll(Arb.From(Gen.ListOf(sled)), all =>
        {
            var sleds = all.Select((one, i) => Sled($"sled-{i}", cpus: one.cpus, usedCpus: one.used) with { Policy = one.policy, Health = one.health }).ToDictionary(one => one.Id);
            var report = PlacementRules.Rank(Request, sleds.Values);
            return report.Candidates.Count + report.Refusals.Count == sleds.Count
                && report.Candidates.Concat(report.Refusals.Select(one => one.Sled)).Distinct().Count() == sleds.Count
                && PlacementRules.Best(Request, sleds.Values) == (report.Candidates is [var first, ..] ? first : null)
                && report.Candidates.All(id => sleds[id] is { Policy: SledPolicy.InService, Health: SledHealth.Reachable } fit && fit.Capacity.Cpus - fit.Reserved.Cpus >= Request.Cpus);
        }).QuickCheckThrowOnFailure();
    }

    static string[] Rank(PlacementRequest request, params SledView[] sleds) => [.. PlacementRules.Rank(request, sleds).Candidates.Select(id => id.Value)];

    static SledView WithMember(string id) => Sled(id) with
    {
        Reservations = [new() { Instance = InstanceId.Make("inst-b"), Incarnation = 1, Cpus = 1, MemoryMb = 1, Project = "web", Groups = [new() { Name = "g", Rule = GroupRule.Apart }] }],
    };
}
