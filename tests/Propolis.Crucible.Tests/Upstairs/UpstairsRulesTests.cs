using System.Net;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Upstairs;

public sealed class UpstairsRulesTests
{
    static readonly ExtentVersion Old = new(4, 2, false), New = new(5, 1, false), NewDirty = new(5, 1, true);

    [Fact]
    public void Reconciliation_copies_from_the_newest_and_the_lowest_of_equals()
    {
        var plan = ReconcileRules.Plan([[Old, New, Old, New], [New, New, Old, NewDirty], [New, New, Old, NewDirty]]);
        Assert.Equal(2, plan.Count);
        Assert.Equal((0u, 1), (plan[0].Extent, plan[0].Source));
        Assert.Equal([0], plan[0].Destinations);
        Assert.Equal((3u, 1), (plan[1].Extent, plan[1].Source));
        Assert.Equal([0, 2], plan[1].Destinations);
    }

    [Fact]
    public void Only_one_replica_that_never_held_anything_beside_two_that_did_may_come_late()
    {
        ExtentVersion[] blank = [default, default], dirty = [default, new(0, 0, true)], held = [default, Old];
        Assert.Equal(1, ReconcileRules.Latecomer([held, blank, held]));
        Assert.Null(ReconcileRules.Latecomer([blank, blank, held]));
        Assert.Null(ReconcileRules.Latecomer([blank, blank, blank]));
        Assert.Null(ReconcileRules.Latecomer([held, dirty, held]));
        Assert.Empty(ReconcileRules.Plan([held, blank, held], latecomer: 1));
        Assert.Equal([2], Assert.Single(ReconcileRules.Plan([[New], [default], [Old]], latecomer: 1)).Destinations);
    }

    [Theory]
    [InlineData(0ul, NegotiationErrorKind.GenerationZeroIsIllegal)]
    [InlineData(5ul, NegotiationErrorKind.GenerationNumberTooLow)]
    public void Generations_not_above_every_stored_one_are_refused(ulong generation, NegotiationErrorKind kind) =>
        Assert.Equal(kind, ReconcileRules.CheckGeneration(generation, [[Old], [New], [Old]])!.Negotiation);

    [Fact]
    public void A_generation_above_every_stored_one_is_accepted() => Assert.Null(ReconcileRules.CheckGeneration(6, [[Old], [New], [Old]]));

    [Theory]
    [InlineData(GuestRequestKind.Read, 0, false, null), InlineData(GuestRequestKind.Read, 1, false, true), InlineData(GuestRequestKind.Read, 0, true, false)]
    [InlineData(GuestRequestKind.Flush, 1, false, null), InlineData(GuestRequestKind.Flush, 2, false, true), InlineData(GuestRequestKind.Flush, 1, true, false)]
    public void Guests_are_answered_when_enough_replicas_are_done(GuestRequestKind kind, int done, bool settled, bool? expected) =>
        Assert.Equal(expected, JobRules.Answer(kind, JobRules.Needed(kind, readOnly: false, snapshot: false), done, settled));

    [Fact]
    public void A_snapshot_needs_all_three() =>
        Assert.Null(JobRules.Answer(GuestRequestKind.Flush, JobRules.Needed(GuestRequestKind.Flush, false, snapshot: true), 2, false));

    [Theory]
    [InlineData(1ul, 1ul, 1ul, -1), InlineData(1ul, 1ul, 2ul, 2), InlineData(1ul, 2ul, 1ul, 1), InlineData(2ul, 1ul, 1ul, 0)]
    [InlineData(1ul, 2ul, 3ul, -1), InlineData(1ul, 2ul, 0ul, -1)]
    public void Two_replicas_outvote_one(ulong a, ulong b, ulong c, int expected) => Assert.Equal(expected, JobRules.OddOneOut([a, b, c]));

    [Fact]
    public void Options_that_cannot_work_get_one_sentence()
    {
        var good = new UpstairsOptions
        {
            UpstairsId = Guid.Empty,
            SessionId = Guid.Empty,
            Targets = Enumerable.Range(1, 3).Select(port => new IPEndPoint(IPAddress.Loopback, port)).ToList(),
            BlockSize = 512,
            BlocksPerExtent = 8,
            ExtentCount = 2,
        };
        Assert.Null(good.Check());
        Assert.Contains("needs 3 targets, not 2", (good with { Targets = good.Targets.Take(2).ToList() }).Check());
        Assert.Null((good with { Targets = good.Targets.Take(1).ToList(), ReadOnly = true }).Check());
        Assert.Contains("two targets are the same", (good with { Targets = [good.Targets[0], good.Targets[0], good.Targets[1]] }).Check());
        Assert.Contains("power of two", (good with { BlockSize = 1000 }).Check());
    }
}
