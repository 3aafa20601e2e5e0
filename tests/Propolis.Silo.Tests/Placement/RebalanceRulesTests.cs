using FsCheck;
using FsCheck.Fluent;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Placement;
using static Propolis.Silo.Tests.Instances.Make;

namespace Propolis.Silo.Tests.Placement;

public sealed class RebalanceRulesTests
{
    [Fact]
    public void Guests_move_from_the_fullest_to_the_emptiest()
    {
        var plan = RebalanceRules.Plan([Loaded("sled-1", 4, 4, 4), Loaded("sled-2"), Loaded("sled-3", 4)]);
        Assert.Equal(("sled-1", "sled-2"), (plan.Moves[0].From.Value, plan.Moves[0].To.Value));
        Assert.Equal(75, plan.SpreadBefore);
        Assert.True(plan.SpreadAfter <= 25, $"{plan.SpreadAfter}");
    }

    [Fact]
    public void A_small_gap_is_left_alone() => Assert.Empty(RebalanceRules.Plan([Loaded("sled-1", 3), Loaded("sled-2")]).Moves);

    [Fact]
    public void One_big_guest_is_not_carried_to_and_fro() => Assert.Empty(RebalanceRules.Plan([Loaded("sled-1", 12), Loaded("sled-2")]).Moves);

    [Fact]
    public void Silent_and_draining_sleds_take_no_part()
    {
        var away = new[] { Loaded("sled-2") with { Health = SledHealth.Unreachable }, Loaded("sled-3") with { Policy = SledPolicy.Draining } };
        Assert.Empty(RebalanceRules.Plan([Loaded("sled-1", 4, 4, 4), .. away]).Moves);
    }

    [Fact]
    public void Groups_are_kept()
    {
        var group = new PlacementGroup { Name = "g", Rule = GroupRule.Apart, Required = true };
        SledView InGroup(SledView sled) => sled with { Reservations = new(sled.Reservations.Select(one => one with { Groups = [group] })) };
        Assert.Empty(RebalanceRules.Plan([InGroup(Loaded("sled-1", 6, 6)), InGroup(Loaded("sled-2", 1))]).Moves);
    }

    [Fact]
    public void Plans_come_to_rest_and_lose_nobody()
    {
        var sled = Gen.ListOf(Gen.Choose(1, 5)).Select(sizes => sizes.Take(3).ToArray());
        Prop.ForAll(Arb.From(Gen.ListOf(sled)), all =>
        {
            var sleds = all.Select((sizes, i) => Loaded($"sled-{i}", sizes)).ToArray();
            var plan = RebalanceRules.Plan(sleds);
            return plan.SpreadAfter <= plan.SpreadBefore
                && plan.Moves.Count <= RebalanceRules.MostMoves
                && plan.Moves.Select(move => move.Instance).Distinct().Count() == plan.Moves.Count
                && plan.Moves.All(move => move.From != move.To);
        }).QuickCheckThrowOnFailure();
    }

    static SledView Loaded(string id, params int[] cpus) => Sled(id, usedCpus: cpus.Sum()) with
    {
        Reservations = [.. cpus.Select((size, i) => new Reservation { Instance = InstanceId.Make($"inst-{id}-{i}"), Incarnation = 1, Cpus = size, MemoryMb = 0, Project = "web", Groups = [] })],
    };
}
