using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Instances;
using static Propolis.Silo.Tests.Instances.Make;

namespace Propolis.Silo.Tests.Instances;

public sealed class InstancePlanTests
{
    [Fact]
    public void A_new_instance_goes_step_by_step_and_writes_each_before_it_is_done()
    {
        var state = Decide(Instance());
        Assert.Equal((1L, VmmStep.Placing), (state.Incarnation, state.Current!.Step));
        Assert.IsType<InstanceStep.Place>(Next(state));
        state = VmmRules.Placed(state, state.Current, Here, Now, Options);
        Assert.IsType<InstanceStep.Reserve>(Next(state, Sled()));
        state = VmmRules.Advance(state, state.Current!, VmmStep.CheckingOut, Now + Options.HandoverLimit);
        Assert.IsType<InstanceStep.CheckOut>(Next(state, Sled()));
        state = VmmRules.CheckedOut(state, state.Current!, [], Now, Options);
        Assert.IsType<InstanceStep.Ensure>(Next(state, Sled()));
        state = VmmRules.Ensured(state, state.Current!, Reply(VmmOutcome.Done, VmmState.Running), Now, Options);
        Assert.Equal(InstancePhase.Running, PhaseRules.Of(state));
        Assert.Equal(Options.InstanceTick, Assert.IsType<InstanceStep.Wait>(Next(state, Sled())).For);
    }

    [Fact]
    public void A_stop_ends_the_VMM_gives_all_back_and_rests()
    {
        var state = Decide(Command(Running(), InstanceAction.Stop), Sled());
        Assert.IsType<InstanceStep.Stop>(Next(state, Sled()));
        state = VmmRules.Replace(state, state.Current! with { Observed = VmmState.Stopped });
        state = Decide(state, Sled());
        Assert.IsType<InstanceStep.Remove>(Next(state, Sled()));
        state = VmmRules.Removed(state, state.Current!, Now, Options);
        Assert.IsType<InstanceStep.Release>(Next(state, Sled()));
        state = VmmRules.Released(state, state.Current!, Now);
        Assert.Equal(InstancePhase.Stopped, PhaseRules.Of(state));
        Assert.Null(Assert.IsType<InstanceStep.Wait>(Next(state)).For);
    }

    [Fact]
    public void A_guest_that_does_not_stop_is_ended()
    {
        var stopping = VmmRules.Advance(Command(Running(), InstanceAction.Stop), Running().Current!, VmmStep.Stopping, Now);
        Assert.Equal(VmmStep.Removing, Decide(stopping, Sled()).Current!.Step);
    }

    [Fact]
    public void A_delete_gives_the_project_its_room_back()
    {
        var deleted = Command(Instance(), InstanceAction.Delete);
        Assert.IsType<InstanceStep.Refund>(Next(deleted));
        Assert.Equal(InstancePhase.Deleted, PhaseRules.Of(deleted with { Admission = Admission.Refunded }));
    }

    [Theory]
    [InlineData(VmmStep.Reserving, VmmStep.Releasing)]
    [InlineData(VmmStep.CheckingOut, VmmStep.Releasing)]
    [InlineData(VmmStep.Ensuring, VmmStep.Removing)]
    public void A_step_that_is_overdue_is_given_up(VmmStep step, VmmStep then)
    {
        var late = VmmRules.Advance(Running(), Running().Current!, step, Now);
        Assert.Equal(then, Decide(late, Sled()).Current!.Step);
    }

    [Fact]
    public void A_guest_that_does_not_run_in_time_has_failed()
    {
        var starting = Running(observed: VmmState.Starting);
        starting = VmmRules.Replace(starting, starting.Current! with { Deadline = Now });
        var failed = Decide(starting, Sled());
        Assert.Equal(VmmEnd.Failure, failed.Current!.End);
        Assert.Contains("did not run in 300 s", failed.Current.EndReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(VmmState.Failed, VmmEnd.Failure)]
    [InlineData(VmmState.Absent, VmmEnd.Failure)]
    [InlineData(VmmState.Fenced, VmmEnd.Failure)]
    [InlineData(VmmState.Stopped, VmmEnd.PoweredOff)]
    public void How_a_guest_ended_is_known(VmmState observed, VmmEnd end) => Assert.Equal(end, Decide(Running(observed: observed), Sled()).Current!.End);

    [Fact]
    public void A_refused_ensure_fails_and_a_stale_one_is_tried_with_the_next_number()
    {
        var ensuring = VmmRules.Advance(Running(), Running().Current!, VmmStep.Ensuring, Now + Options.HandoverLimit);
        Assert.Equal(VmmEnd.Failure, VmmRules.Ensured(ensuring, ensuring.Current!, Reply(VmmOutcome.Refused, VmmState.Absent), Now, Options).Current!.End);
        var stale = VmmRules.Ensured(ensuring, ensuring.Current!, Reply(VmmOutcome.Stale, VmmState.Absent), Now, Options);
        var next = VmmRules.Released(VmmRules.Removed(stale, stale.Current!, Now, Options), stale.Current!, Now);
        Assert.Equal(2, Decide(next).Incarnation);
    }

    [Fact]
    public void A_reboot_is_handed_over_once_and_given_up_in_the_end()
    {
        var state = Decide(Command(Running(), InstanceAction.Reboot), Sled());
        Assert.Equal("op", Assert.IsType<InstanceStep.Reset>(Next(state, Sled())).Order.OperationId);
        Assert.Null(VmmRules.Rebooted(state).Reboot);
        Assert.Null(Decide(state with { Reboot = state.Reboot! with { Deadline = Now } }, Sled()).Reboot);
    }

    [Fact]
    public void While_a_migration_runs_the_instance_waits_for_its_decision()
    {
        var migrating = Running(observed: VmmState.Stopped) with { Migration = MigrationId.Make("mig-a"), Target = VmmRules.Fresh(2, Now, Options) };
        Assert.NotNull(Assert.IsType<InstanceStep.AskMigration>(Next(migrating, Sled())).Abort);
        var stopping = Command(Running() with { Migration = MigrationId.Make("mig-a"), Target = VmmRules.Fresh(2, Now, Options) }, InstanceAction.Stop);
        Assert.NotNull(Assert.IsType<InstanceStep.AskMigration>(Next(stopping, Sled())).Abort);
        var silent = Running() with { Migration = MigrationId.Make("mig-a"), Target = VmmRules.Fresh(2, Now, Options) };
        Assert.IsType<InstanceStep.Wait>(Next(silent, Sled() with { Policy = SledPolicy.Expunged }));
    }

    [Theory]
    [InlineData(SledLossPolicy.ConfirmedOff, VolumeKind.Crucible, false)]
    [InlineData(SledLossPolicy.Never, VolumeKind.Crucible, false)]
    [InlineData(SledLossPolicy.StorageFenced, VolumeKind.Memory, false)]
    [InlineData(SledLossPolicy.StorageFenced, VolumeKind.Crucible, true)]
    public void A_silent_sled_is_left_only_when_all_disks_are_fenced_and_the_policy_says_so(SledLossPolicy policy, VolumeKind kind, bool leaves)
    {
        var template = WithVolume with { SledLoss = policy };
        var state = Decide(Running(template, tickets: [Ticket(kind)]), Sled() with { Health = SledHealth.Unreachable });
        Assert.Equal(leaves, state.Current is null);
        Assert.Equal(leaves ? InstancePhase.Starting : InstancePhase.Waiting, PhaseRules.Of(state));
        Assert.Equal(leaves ? 1 : 0, state.Leftovers.Count);
        Assert.Contains("silent", state.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vmm_on_a_silent_sled_is_given_up_only_when_its_own_server_does_not_answer_and_it_is_still_wanted()
    {
        var silent = Sled() with { Health = SledHealth.Unreachable };
        var running = Running(WithVolume with { SledLoss = SledLossPolicy.StorageFenced }, tickets: [Ticket(VolumeKind.Crucible)]);
        running = running with { Current = running.Current! with { ServerAddress = "127.0.0.1:1" } };
        var asked = Assert.IsType<InstanceStep.AskServer>(Next(running, silent));
        var answered = Decide(VmmRules.Answered(running, asked.Vmm, Now), silent);
        Assert.Contains("own server answers", answered.Reason, StringComparison.Ordinal);
        Assert.Equal(Options.ServerTick, Assert.IsType<InstanceStep.Wait>(Next(answered, silent)).For);
        Assert.IsType<InstanceStep.AskServer>(Next(VmmRules.Answered(running, asked.Vmm, Now - Options.ServerTick), silent));
        Assert.Null(Decide(answered, Sled()).Waiting);

        Assert.Null(Decide(running, silent with { Policy = SledPolicy.Expunged }).Current);
        Assert.Null(Decide(Command(answered, InstanceAction.Stop), silent).Current);
        Assert.Null(Decide(running with { Current = running.Current with { Observed = VmmState.Failed } }, silent).Current);
    }

    [Fact]
    public void Without_disks_nothing_is_fenced()
    {
        var state = Decide(Running(Template with { SledLoss = SledLossPolicy.StorageFenced }), Sled() with { Health = SledHealth.Unreachable });
        Assert.NotNull(state.Current);
    }

    [Theory]
    [InlineData(SledLossPolicy.ConfirmedOff, InstancePhase.Starting)]
    [InlineData(SledLossPolicy.Never, InstancePhase.Failed)]
    public void An_expunged_sled_is_left(SledLossPolicy policy, InstancePhase phase)
    {
        var state = Decide(Running(Template with { SledLoss = policy }), Sled() with { Policy = SledPolicy.Expunged, Health = SledHealth.Unreachable });
        Assert.Equal(phase, PhaseRules.Of(state));
        Assert.Equal(VmmStep.Releasing, state.Leftovers.Single().Step);
    }

    [Fact]
    public void What_was_left_behind_is_removed_when_its_sled_returns()
    {
        var template = Template with { Start = false };
        var state = Instance(template) with { Leftovers = [new() { Incarnation = 1, Step = VmmStep.Removing, Sled = Here, Deadline = Now }] };
        Assert.Equal(Options.InstanceTick, Assert.IsType<InstanceStep.Wait>(Next(state, Sled() with { Health = SledHealth.Unreachable })).For);
        Assert.IsType<InstanceStep.Remove>(Next(state, Sled()));
        state = VmmRules.Removed(state, state.Leftovers[0], Now, Options);
        Assert.IsType<InstanceStep.Release>(Next(state, Sled()));
        Assert.Empty(VmmRules.Released(state, state.Leftovers[0], Now).Leftovers);
    }

    [Fact]
    public void No_place_is_told_sled_by_sled()
    {
        var state = Decide(Instance());
        var report = new PlacementReport { Candidates = [], Refusals = [new() { Sled = Here, Reason = "is silent" }] };
        var waiting = VmmRules.NotPlaced(state, state.Current!, report);
        Assert.Equal((InstancePhase.Waiting, "no sled takes it: sled-1 is silent"), (PhaseRules.Of(waiting), waiting.Reason));
    }

    static VmmReply Reply(VmmOutcome outcome, VmmState state) =>
        new() { Outcome = outcome, Status = new() { Instance = InstanceId.Make("inst-a"), Incarnation = 1, State = state, Sequence = 100, Sled = Here } };
}
