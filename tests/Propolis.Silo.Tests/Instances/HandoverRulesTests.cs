using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Instances;
using static Propolis.Silo.Tests.Instances.Make;

namespace Propolis.Silo.Tests.Instances;

public sealed class HandoverRulesTests
{
    static readonly PrepareMigration Request = new() { Migration = MigrationId.Make("mig-a") };

    [Fact]
    public void A_target_gets_the_next_number_once()
    {
        var state = Prepare(Running());
        Assert.Equal((2L, 2L), (state.Incarnation, state.Target!.Incarnation));
        Assert.Same(state, Prepare(state));
        Assert.Equal(InstancePhase.Migrating, PhaseRules.Of(state));
    }

    [Fact]
    public void What_cannot_move_is_told_why()
    {
        Assert.Contains("only a running guest", Refusal(Running(observed: VmmState.Starting)), StringComparison.Ordinal);
        Assert.Contains("not to run", Refusal(Command(Running(), InstanceAction.Stop)), StringComparison.Ordinal);
        Assert.Contains("is a file on sled-1", Refusal(Running(tickets: [Ticket(VolumeKind.File)])), StringComparison.Ordinal);
        Assert.Contains("moves the instance already", Refusal(Prepare(Running()), new() { Migration = MigrationId.Make("mig-b") }), StringComparison.Ordinal);
        Assert.Contains("is on sled-1 already", Refusal(Running(), Request with { Target = Here }), StringComparison.Ordinal);
        var file = WithDisk("f", KeyValuePair.Create<SpecKey, Component>("f", new FileStorageBackend { Path = "/f", Readonly = true, BlockSize = 512 }));
        Assert.Contains("disk \"f\" is a file of its sled", Refusal(Running(file)), StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_commit_the_target_is_the_VMM_and_the_source_is_removed()
    {
        var moved = End(Live(Prepare(Running())), MigrationVerdict.Commit);
        Assert.Equal((2, null, null), (moved.Current!.Incarnation, moved.Target, moved.Migration));
        Assert.Equal((1, VmmStep.Removing), (moved.Leftovers.Single().Incarnation, moved.Leftovers.Single().Step));
        Assert.Same(moved, End(moved, MigrationVerdict.Commit));
    }

    [Fact]
    public void However_often_a_guest_moves_it_is_known_who_started_it()
    {
        var once = End(Live(Prepare(Running())), MigrationVerdict.Commit);
        Assert.Equal(1, once.Current!.GuestSince);
        var request = new PrepareMigration { Migration = MigrationId.Make("mig-b") };
        var again = HandoverRules.Prepare(VmmRules.Replace(once, once.Current with { Observed = VmmState.Running }), request, Now, Options).State!;
        var twice = HandoverRules.End(Live(again), new() { Migration = request.Migration, Verdict = MigrationVerdict.Commit }, Now, Options);
        Assert.Equal((3L, 1L), (twice.Current!.Incarnation, twice.Current.GuestSince!.Value));
        Assert.Null(End(Live(Prepare(Running())), MigrationVerdict.Abort).Current!.GuestSince);
    }

    [Fact]
    public void After_an_abort_the_source_is_the_VMM_and_the_target_is_removed()
    {
        var stayed = End(Live(Prepare(Running())), MigrationVerdict.Abort);
        Assert.Equal((1, 2), (stayed.Current!.Incarnation, stayed.Leftovers.Single().Incarnation));
        Assert.Equal(2, stayed.Incarnation);
        var early = End(Prepare(Running()), MigrationVerdict.Abort);
        Assert.Equal(VmmStep.Releasing, early.Leftovers.Single().Step);
    }

    [Fact]
    public void A_prepare_that_comes_after_the_end_finds_it()
    {
        var ended = End(Running(), MigrationVerdict.Abort);
        Assert.Contains("has ended", Refusal(ended), StringComparison.Ordinal);
    }

    [Fact]
    public void The_source_is_told_where_the_target_waits_only_when_it_waits()
    {
        var state = Prepare(Running());
        Assert.Null(HandoverRules.Legs(state).TargetAddress);
        Assert.Equal("127.0.0.1:5", HandoverRules.Legs(Live(state)).TargetAddress);
    }

    static InstanceState Live(InstanceState state) =>
        VmmRules.Replace(state, state.Target! with { Step = VmmStep.Live, Sled = SledId.Make("sled-2"), Observed = VmmState.Migrating, MigrationAddress = "127.0.0.1:5" });

    static InstanceState Prepare(InstanceState state) => HandoverRules.Prepare(state, Request, Now, Options).State!;

    static string Refusal(InstanceState state, PrepareMigration? request = null) => HandoverRules.Prepare(state, request ?? Request, Now, Options).Refusal!.Detail;

    static InstanceState End(InstanceState state, MigrationVerdict verdict) => HandoverRules.End(state, new() { Migration = Request.Migration, Verdict = verdict }, Now, Options);
}
