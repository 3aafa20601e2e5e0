using FsCheck;
using FsCheck.Fluent;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Silo.Migrations;
using static Propolis.Silo.Tests.Instances.Make;

namespace Propolis.Silo.Tests.Migrations;

public sealed class MigrationRulesTests
{
    static readonly StartMigration Request = new() { OperationId = "op", Actor = "u", Instance = InstanceId.Make("inst-a") };

    static readonly MigrationLegs Legs = new()
    {
        Project = "web",
        Source = SledId.Make("sled-1"),
        SourceIncarnation = 1,
        Target = SledId.Make("sled-2"),
        TargetIncarnation = 2,
        TargetAddress = "127.0.0.1:5",
    };

    static readonly MigrationState Queued = MigrationRules.Start(null, Request, Now).State!;

    static readonly MigrationState Copying = MigrationRules.Prepared(MigrationRules.Begin(Queued, Now), Legs, Now);

    [Fact]
    public void Start_repeated_changes_nothing()
    {
        Assert.Same(Queued, MigrationRules.Start(Queued, Request, Now).State);
        Assert.Equal(RefusalCode.OperationReused, MigrationRules.Start(Queued, Request with { Actor = "other" }, Now).Refusal!.Code);
        Assert.Equal(RefusalCode.Conflict, MigrationRules.Start(Queued, Request with { OperationId = "other" }, Now).Refusal!.Code);
        Assert.Equal(RefusalCode.Invalid, MigrationRules.Start(null, Request with { Policy = new() { MaxPasses = 0 } }, Now).Refusal!.Code);
    }

    [Fact]
    public void It_copies_once_the_target_waits()
    {
        var preparing = MigrationRules.Begin(Queued, Now);
        Assert.Equal(MigrationPhase.Preparing, MigrationRules.Prepared(preparing, Legs with { TargetAddress = null }, Now).Phase);
        Assert.Equal(MigrationPhase.Copying, Copying.Phase);
        Assert.Equal(MigrationPhase.Aborting, MigrationRules.Prepared(preparing, Legs with { TargetState = VmmState.Failed }, Now).Phase);
    }

    [Fact]
    public void Only_a_target_that_is_ready_commits()
    {
        Assert.Equal(MigrationPhase.Committed, Ask(Copying, MigrationSide.Target, 2, TargetReadiness.Ready).Phase);
        Assert.Equal(MigrationPhase.Copying, Ask(Copying, MigrationSide.Source, 1, TargetReadiness.Ready).Phase);
        Assert.Equal(MigrationPhase.Copying, Ask(Copying, MigrationSide.Target, 7, TargetReadiness.Ready).Phase);
        Assert.Equal(MigrationPhase.Copying, Ask(Copying, MigrationSide.Source, 1, TargetReadiness.Unknown).Phase);
        Assert.Equal(MigrationPhase.Aborting, Ask(Copying, MigrationSide.Source, 1, TargetReadiness.Refused).Phase);
    }

    [Fact]
    public void Nobody_is_told_anything_before_it_is_written_and_the_source_not_before_its_disks_are_ready()
    {
        Assert.Equal(MigrationVerdict.Undecided, Answer(Copying, MigrationSide.Source).Verdict);
        Assert.Equal(MigrationVerdict.Undecided, Answer(null, MigrationSide.Source).Verdict);
        var aborting = MigrationRules.Abort(Copying, "no", isFailure: false);
        Assert.Equal(MigrationVerdict.Undecided, Answer(aborting, MigrationSide.Source).Verdict);
        var disks = Legs with { Disks = [new() { Backend = "disk", Volume = VolumeId.Make("vol-a"), Generation = 3 }] };
        var told = MigrationRules.DecisionTaken(aborting, disks, Now);
        Assert.Equal((MigrationVerdict.Abort, 3), (Answer(told, MigrationSide.Source).Verdict, Answer(told, MigrationSide.Source).Disks.Single().Generation));
        Assert.Empty(Answer(told, MigrationSide.Target).Disks);
    }

    [Fact]
    public void A_stranger_is_told_to_end()
    {
        var committed = Ask(Copying, MigrationSide.Target, 2, TargetReadiness.Ready);
        Assert.Equal(MigrationVerdict.Commit, Answer(committed, MigrationSide.Target).Verdict);
        Assert.Equal(MigrationVerdict.Abort, MigrationRules.Answer(committed, Question(MigrationSide.Target, 9, TargetReadiness.Ready)).Verdict);
    }

    [Fact]
    public void An_abort_is_taken_before_the_decision_and_refused_after()
    {
        var request = new AbortMigration { Actor = "u" };
        Assert.Equal((MigrationPhase.Aborting, false), (MigrationRules.Abort(Copying, request).State!.Phase, MigrationRules.Abort(Copying, request).State!.AbortIsFailure));
        var committed = Ask(Copying, MigrationSide.Target, 2, TargetReadiness.Ready);
        Assert.Equal(RefusalCode.Conflict, MigrationRules.Abort(committed, request).Refusal!.Code);
    }

    [Fact]
    public void Every_phase_before_the_decision_has_its_end()
    {
        Assert.Equal(MigrationPhase.Aborting, MigrationRules.Elapse(Queued, Now + MigrationTimes.Queue).Phase);
        Assert.Equal(MigrationPhase.Aborting, MigrationRules.Elapse(MigrationRules.Begin(Queued, Now), Now + MigrationTimes.Prepare).Phase);
        Assert.Same(Copying, MigrationRules.Elapse(Copying, Now + MigrationTimes.Stall / 2));
        Assert.Equal(MigrationPhase.Aborting, MigrationRules.Elapse(Copying, Now + MigrationTimes.Stall).Phase);
        foreach (var heard in new[] { TargetReadiness.Unknown, TargetReadiness.Ready })
        {
            var stuck = Ask(Copying, MigrationSide.Source, 1, heard);
            Assert.Equal(MigrationPhase.Copying, MigrationRules.Elapse(stuck, Now + MigrationTimes.Decide / 2).Phase);
            Assert.Equal(MigrationPhase.Aborting, MigrationRules.Elapse(stuck, Now + MigrationTimes.Decide).Phase);
        }
        var moving = MigrationRules.Hear(Copying, Report(new() { Pass = 1 }), Now + MigrationTimes.Stall / 2);
        Assert.Equal(MigrationPhase.Copying, MigrationRules.Elapse(moving, Now + MigrationTimes.Stall).Phase);
    }

    [Fact]
    public void Progress_is_an_event_for_each_pass()
    {
        var one = MigrationRules.Hear(Copying, Report(new() { Pass = 1, BytesSent = 1 }), Now);
        var two = MigrationRules.Hear(one, Report(new() { Pass = 1, BytesSent = 2 }), Now);
        var three = MigrationRules.Hear(two, Report(new() { Pass = 2, BytesSent = 3 }), Now);
        Assert.Equal(2, three.Outbox.Count(said => said.Type == "progress"));
        Assert.Equal(MigrationPhase.Aborting, MigrationRules.Hear(three, Report(null) with { Failure = "broken" }, Now).Phase);
    }

    [Fact]
    public void The_downtime_is_what_was_measured_by_whichever_side_is_heard_first()
    {
        var copying = MigrationRules.Hear(Copying, Report(new() { Step = "pre-copy", Pass = 4, BytesSent = 100, BytesPerSecond = 7, ProjectedDowntimeMs = 9 }), Now);
        var committed = MigrationRules.DecisionTaken(Ask(copying, MigrationSide.Target, 2, TargetReadiness.Ready), Legs, Now);
        var arrived = MigrationRules.Hear(committed, Arrival(371, 12000), Now);
        Assert.Equal(("moved", 5, 120, 371, 12000, 7), (arrived.Progress!.Step, arrived.Progress.Pass, arrived.Progress.BytesSent, arrived.Progress.DowntimeMs!.Value, arrived.Progress.TotalMs!.Value, arrived.Progress.BytesPerSecond));
        Assert.Equal("the guest stood still for 371 ms of 12000 ms; 5 passes, 120 bytes sent", MigrationRules.End(arrived, Now).Outbox[^1].Reason);
        Assert.Same(arrived, MigrationRules.Hear(arrived, Arrival(999, 1), Now));
        Assert.Same(arrived, MigrationRules.Hear(arrived, Report(new() { Step = "deciding", Pass = 5 }), Now));
    }

    [Fact]
    public void A_downtime_that_is_told_after_the_end_is_kept_and_an_event_and_one_of_a_guest_that_stayed_is_nothing()
    {
        var ended = MigrationRules.End(Ask(Copying, MigrationSide.Target, 2, TargetReadiness.Ready), Now);
        var late = MigrationRules.Hear(ended, Arrival(5, 6), Now);
        Assert.Equal((MigrationPhase.Completed, 5, "measured"), (late.Phase, late.Progress!.DowntimeMs!.Value, late.Outbox[^1].Type));
        var stayed = MigrationRules.Abort(Copying, "no", isFailure: false);
        Assert.Same(stayed, MigrationRules.Hear(stayed, Arrival(5, 6), Now));
        Assert.Same(ended, MigrationRules.Hear(ended, Arrival(5, 6) with { Incarnation = 9 }, Now));
    }

    [Fact]
    public void A_guest_that_moves_is_waited_for_until_it_runs_or_cannot_or_nobody_says()
    {
        var told = MigrationRules.DecisionTaken(Ask(Copying, MigrationSide.Target, 2, TargetReadiness.Ready), Legs, Now);
        var there = Rest.Views.Instance("inst-a") with { Incarnation = 2, Vmm = VmmState.Migrating };
        Assert.False(MigrationRules.HasArrived(told, there, Now));
        Assert.True(MigrationRules.HasArrived(MigrationRules.Hear(told, Arrival(5, 6), Now), there, Now));
        Assert.True(MigrationRules.HasArrived(told, there with { Vmm = VmmState.Failed }, Now));
        Assert.True(MigrationRules.HasArrived(told, there with { Incarnation = 3 }, Now));
        Assert.True(MigrationRules.HasArrived(told, null, Now));
        Assert.True(MigrationRules.HasArrived(told, there, Now + MigrationTimes.Arrive));
    }

    [Fact]
    public void The_end_follows_from_the_decision()
    {
        Assert.Equal(MigrationPhase.Completed, MigrationRules.End(Ask(Copying, MigrationSide.Target, 2, TargetReadiness.Ready), Now).Phase);
        Assert.Equal(MigrationPhase.Aborted, MigrationRules.End(MigrationRules.Abort(Copying, "no", isFailure: false), Now).Phase);
        Assert.Equal(MigrationPhase.Failed, MigrationRules.End(MigrationRules.Abort(Copying, "no", isFailure: true), Now).Phase);
    }

    [Fact]
    public void Whatever_comes_in_whatever_order_a_decision_is_never_changed()
    {
        Prop.ForAll(Arb.From(Gen.ListOf(Gen.Choose(0, 9)), all => all.Count > 0 ? [all.Skip(1).ToList(), all.Take(all.Count - 1).ToList()] : []), moves =>
        {
            var (state, verdict) = (Copying, MigrationVerdict.Undecided);
            foreach (var move in moves)
            {
                state = Play(state, move);
                var now = state.Phase switch
                {
                    MigrationPhase.Committed or MigrationPhase.Completed => MigrationVerdict.Commit,
                    MigrationPhase.Aborting or MigrationPhase.Aborted or MigrationPhase.Failed => MigrationVerdict.Abort,
                    _ => MigrationVerdict.Undecided,
                };
                var said = new[] { Answer(state, MigrationSide.Source).Verdict, Answer(state, MigrationSide.Target).Verdict };
                if ((verdict != MigrationVerdict.Undecided && now != verdict) || said.Any(one => one != MigrationVerdict.Undecided && one != now))
                    return false;
                verdict = now;
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Slots_are_limited_in_the_cluster_and_on_each_sled_and_renewed_not_doubled()
    {
        var options = Options with { MigrationsPerCluster = 3, MigrationsPerSled = 2 };
        var state = Take(null, "mig-a", "sled-1", "sled-2");
        state = Take(state, "mig-b", "sled-1", "sled-3");
        Assert.Contains("on sled-1", LimitsRules.Take(state, Slot("mig-c", "sled-1", "sled-4"), Now, options).Refusal!.Detail, StringComparison.Ordinal);
        Assert.Same(state, Take(state, "mig-b", "sled-1", "sled-3"));
        state = Take(state, "mig-c", "sled-4", "sled-5");
        Assert.Contains("the cluster runs 3", LimitsRules.Take(state, Slot("mig-d", "sled-6"), Now, options).Refusal!.Detail, StringComparison.Ordinal);
        Assert.Equal(2, LimitsRules.Release(state, MigrationId.Make("mig-a")).Slots.Count);
        Assert.NotNull(LimitsRules.Take(state, Slot("mig-d", "sled-6"), Now + LimitsRules.Lease, options).State);

        LimitsState Take(LimitsState? before, string migration, params string[] sleds) => LimitsRules.Take(before, Slot(migration, sleds), Now, options).State!;
    }

    static MigrationState Play(MigrationState state, int move) => move switch
    {
        0 => Ask(state, MigrationSide.Target, 2, TargetReadiness.Ready),
        1 => Ask(state, MigrationSide.Source, 1, TargetReadiness.Unknown),
        2 => Ask(state, MigrationSide.Source, 1, TargetReadiness.Refused),
        3 => MigrationRules.Abort(state, new AbortMigration { Actor = "u" }).State ?? state,
        4 => MigrationRules.Elapse(state, Now + MigrationTimes.Copy),
        5 => MigrationRules.Hear(state, Report(null) with { Failure = "broken" }, Now),
        6 => MigrationRules.SendTold(state, new() { Outcome = VmmOutcome.Refused, Status = new() { Instance = Request.Instance, Incarnation = 1, State = VmmState.Absent, Sequence = 1 } }),
        7 when !MigrationRules.IsUndecided(state) && !MigrationRules.IsOver(state) => MigrationRules.DecisionTaken(state, Legs, Now),
        8 when state.Told && !MigrationRules.IsOver(state) => MigrationRules.End(state, Now),
        _ => MigrationRules.Prepared(state, Legs, Now),
    };

    static MigrationState Ask(MigrationState state, MigrationSide side, long incarnation, TargetReadiness target) => MigrationRules.Ask(state, Question(side, incarnation, target), Now);

    static MigrationAnswer Answer(MigrationState? state, MigrationSide side) => MigrationRules.Answer(state, Question(side, side == MigrationSide.Source ? 1 : 2, TargetReadiness.Ready));

    static MigrationQuestion Question(MigrationSide side, long incarnation, TargetReadiness target) => new() { Side = side, Incarnation = incarnation, Target = target };

    static MigrationReport Report(MigrationProgress? progress) => new() { Side = MigrationSide.Source, Incarnation = 1, Progress = progress };

    static MigrationReport Arrival(long downtime, long total) =>
        new() { Side = MigrationSide.Target, Incarnation = 2, Progress = new() { Step = "moved", Pass = 5, BytesSent = 120, DowntimeMs = downtime, TotalMs = total } };

    static MigrationSlot Slot(string migration, params string[] sleds) => new() { Migration = MigrationId.Make(migration), Sleds = [.. sleds.Select(SledId.Make)] };
}
