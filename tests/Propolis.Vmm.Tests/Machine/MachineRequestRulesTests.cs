using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Machine;

namespace Propolis.Vmm.Tests.Machine;

public sealed class MachineRequestRulesTests
{
    static readonly RequestQueueState Fresh = new();
    static readonly RequestQueueState Running = new() { Phase = RequestQueuePhase.Running };

    [Fact]
    public void Run_is_queued_once()
    {
        var first = MachineRequestRules.Decide(Fresh, MachineRequestKind.Run);
        var second = MachineRequestRules.Decide(MachineRequestRules.Queued(Fresh, MachineRequestKind.Run), MachineRequestKind.Run);

        Assert.Equal(RequestDecision.Enqueue, first);
        Assert.Equal(RequestDecision.Ignore, second);
    }

    [Theory]
    [InlineData(RequestQueuePhase.NotStarted, MachineDenial.InstanceNotActive)]
    [InlineData(RequestQueuePhase.StartPending, MachineDenial.StartInProgress)]
    [InlineData(RequestQueuePhase.MigratedOut, MachineDenial.MigratedOut)]
    [InlineData(RequestQueuePhase.Stopped, MachineDenial.Halted)]
    [InlineData(RequestQueuePhase.Failed, MachineDenial.InstanceFailed)]
    public void Reboot_needs_a_running_machine(RequestQueuePhase phase, MachineDenial reason)
    {
        var decision = MachineRequestRules.Decide(new RequestQueueState { Phase = phase }, MachineRequestKind.Reboot);

        Assert.Equal(RequestDecision.Deny(reason), decision);
    }

    [Fact]
    public void Reboot_repeated_changes_nothing()
    {
        var queued = MachineRequestRules.Queued(Running, MachineRequestKind.Reboot);

        Assert.Equal(RequestDecision.Ignore, MachineRequestRules.Decide(queued, MachineRequestKind.Reboot));
    }

    [Fact]
    public void Second_migration_is_denied()
    {
        var queued = MachineRequestRules.Queued(Running, MachineRequestKind.MigrateAsSource);

        Assert.Equal(RequestDecision.Deny(MachineDenial.AlreadyMigrationSource), MachineRequestRules.Decide(queued, MachineRequestKind.MigrateAsSource));
        Assert.Equal(RequestDecision.Deny(MachineDenial.InvalidForMigrationSource), MachineRequestRules.Decide(queued, MachineRequestKind.Reboot));
    }

    [Fact]
    public void Migration_may_be_asked_for_during_a_start()
    {
        var starting = new RequestQueueState { Phase = RequestQueuePhase.StartPending };

        Assert.Equal(RequestDecision.Enqueue, MachineRequestRules.Decide(starting, MachineRequestKind.MigrateAsSource));
    }

    [Fact]
    public void After_a_stop_only_another_stop_is_accepted()
    {
        var stopping = MachineRequestRules.Queued(Running, MachineRequestKind.Stop);

        Assert.Equal(RequestDecision.Ignore, MachineRequestRules.Decide(stopping, MachineRequestKind.Stop));
        Assert.Equal(RequestDecision.Ignore, MachineRequestRules.Decide(stopping, MachineRequestKind.GracefulStop));
        foreach (var other in new[] { MachineRequestKind.Run, MachineRequestKind.Reboot, MachineRequestKind.MigrateAsSource, MachineRequestKind.Snapshot })
            Assert.Equal(RequestDecision.Deny(MachineDenial.HaltPending), MachineRequestRules.Decide(stopping, other));
    }

    [Fact]
    public void Hard_stop_follows_a_graceful_one()
    {
        var graceful = MachineRequestRules.Queued(Running, MachineRequestKind.GracefulStop);

        Assert.Equal(RequestDecision.Ignore, MachineRequestRules.Decide(graceful, MachineRequestKind.GracefulStop));
        Assert.Equal(RequestDecision.Enqueue, MachineRequestRules.Decide(graceful, MachineRequestKind.Stop));
    }

    [Fact]
    public void Volume_is_replaced_in_every_phase_but_the_last_ones()
    {
        foreach (var phase in Enum.GetValues<RequestQueuePhase>())
        {
            var isOver = phase is RequestQueuePhase.MigratedOut or RequestQueuePhase.Stopped or RequestQueuePhase.Failed;
            var decision = MachineRequestRules.Decide(new RequestQueueState { Phase = phase }, MachineRequestKind.ReplaceVolume);
            Assert.Equal(!isOver, decision.IsQueued);
        }
    }

    [Fact]
    public void Stop_is_never_denied() =>
        Prop.ForAll(AnyState(), state => MachineRequestRules.Decide(state, MachineRequestKind.Stop).Denial is null).QuickCheckThrowOnFailure();

    [Fact]
    public void Terminal_phase_queues_nothing() =>
        Prop.ForAll(AnyState(), state =>
            state.Phase < RequestQueuePhase.MigratedOut
            || Enum.GetValues<MachineRequestKind>().All(kind => !MachineRequestRules.Decide(state, kind).IsQueued)).QuickCheckThrowOnFailure();

    static Arbitrary<RequestQueueState> AnyState() =>
        (from phase in Gen.Elements(Enum.GetValues<RequestQueuePhase>())
         from flags in Gen.Choose(0, 15)
         select new RequestQueueState
         {
             Phase = phase,
             AwaitingMigrationOut = (flags & 1) != 0,
             AwaitingReboot = (flags & 2) != 0,
             AwaitingStop = (flags & 4) != 0,
             AwaitingGracefulStop = (flags & 8) != 0,
         }).ToArbitrary();
}
