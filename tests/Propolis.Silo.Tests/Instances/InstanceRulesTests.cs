using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Results;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Instances;
using static Propolis.Silo.Tests.Instances.Make;

namespace Propolis.Silo.Tests.Instances;

public sealed class InstanceRulesTests
{
    [Fact]
    public void Create_repeated_changes_nothing_and_another_create_is_a_conflict()
    {
        var request = new CreateInstance { OperationId = "create", Actor = "u", Template = Template };
        var once = InstanceRules.Create(null, request, Now).State!;
        Assert.Same(once, InstanceRules.Create(once, request, Now).State);
        Assert.Equal(RefusalCode.Conflict, InstanceRules.Create(once, request with { OperationId = "other" }, Now).Refusal!.Code);
        Assert.Equal(RefusalCode.OperationReused, InstanceRules.Create(once, request with { Template = Template with { Description = "x" } }, Now).Refusal!.Code);
    }

    [Fact]
    public void Wrong_templates_are_told_what_is_wrong()
    {
        Assert.Contains("name is \"One\"", InstanceRules.Fault(Template with { Name = "One" })!.Detail, StringComparison.Ordinal);
        Assert.Contains("board.cpus is 0", InstanceRules.Fault(Template with { Spec = Template.Spec with { Board = Template.Spec.Board with { Cpus = 0 } } })!.Detail, StringComparison.Ordinal);
        Assert.Contains("backend \"disk\" is used by no device", InstanceRules.Fault(Template with { Volumes = [new() { Volume = VolumeId.Make("vol-a"), Backend = "disk" }] })!.Detail, StringComparison.Ordinal);
        Assert.Contains("boot.initrd needs boot.kernel", InstanceRules.Fault(Template with { Boot = new() { Initrd = "x" } })!.Detail, StringComparison.Ordinal);
        Assert.Null(InstanceRules.Fault(Template));
    }

    [Fact]
    public void A_refused_admission_leaves_a_deleted_instance_with_the_reason()
    {
        var asked = InstanceRules.Create(null, new() { OperationId = "create", Actor = "u", Template = Template }, Now).State!;
        Assert.Equal(InstancePhase.Admitting, PhaseRules.Of(asked));
        var refused = InstanceRules.Admit(asked, new() { Code = RefusalCode.QuotaExceeded, Detail = "full" });
        Assert.Equal((InstancePhase.Deleted, "full"), (PhaseRules.Of(refused), refused.Reason));
    }

    [Fact]
    public void Stop_repeated_changes_nothing()
    {
        var stopped = Command(Running(), InstanceAction.Stop, "op-1");
        Assert.Same(stopped, Command(stopped, InstanceAction.Stop, "op-1"));
        Assert.Equal(DesiredState.Stopped, stopped.Desired);
    }

    [Fact]
    public void An_operation_id_names_one_command()
    {
        var stopped = Command(Running(), InstanceAction.Stop, "op-1");
        Assert.Equal(RefusalCode.OperationReused, InstanceRules.Command(stopped, new() { OperationId = "op-1", Actor = "u", Action = InstanceAction.Start }).Refusal!.Code);
    }

    [Theory]
    [InlineData(InstanceAction.Start)]
    [InlineData(InstanceAction.Stop)]
    [InlineData(InstanceAction.Reboot)]
    public void Nothing_but_another_delete_is_taken_after_a_delete(InstanceAction action)
    {
        var deleted = Command(Running(), InstanceAction.Delete);
        Assert.Equal(RefusalCode.Gone, InstanceRules.Command(deleted, new() { OperationId = "next", Actor = "u", Action = action }).Refusal!.Code);
        Assert.Equal(DesiredState.Deleted, Command(deleted, InstanceAction.Delete, "again").Desired);
    }

    [Fact]
    public void Only_a_running_instance_is_rebooted_or_relocated()
    {
        var stopped = Instance(Template with { Start = false });
        foreach (var action in new[] { InstanceAction.Reboot, InstanceAction.Relocate })
            Assert.Equal(RefusalCode.Conflict, InstanceRules.Command(stopped, new() { OperationId = "op", Actor = "u", Action = action }).Refusal!.Code);
        Assert.NotNull(Command(Running(), InstanceAction.Reboot).Reboot);
        Assert.Equal(Here, Command(Running(), InstanceAction.Relocate).Left);
    }

    [Fact]
    public void An_instance_with_a_file_on_its_sled_is_not_relocated()
    {
        var tied = Running(tickets: [Ticket(VolumeKind.File)]);
        Assert.Contains("is a file on sled-1", InstanceRules.Command(tied, new() { OperationId = "op", Actor = "u", Action = InstanceAction.Relocate }).Refusal!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_gives_a_failed_instance_another_chance()
    {
        var failed = Instance() with { Failed = true, Restarts = [Now, Now], Reason = "it failed" };
        Assert.Equal(InstancePhase.Failed, PhaseRules.Of(failed));
        var started = Command(failed, InstanceAction.Start);
        Assert.Equal((false, 0), (started.Failed, started.Restarts.Count));
        Assert.Equal(InstancePhase.Starting, PhaseRules.Of(started));
    }

    [Fact]
    public void The_size_changes_only_while_stopped_and_when_the_project_admits_it()
    {
        var edit = new EditInstance { OperationId = "e", Actor = "u", Cpus = 8 };
        Assert.Equal(RefusalCode.Conflict, InstanceRules.Edit(Running(), edit).Refusal!.Code);
        var edited = InstanceRules.Edit(Instance(Template with { Start = false }), edit).State!;
        Assert.Equal(2, edited.Template.Spec.Board.Cpus);
        Assert.Equal(8, InstanceRules.Resize(edited, null).Template.Spec.Board.Cpus);
        var refused = InstanceRules.Resize(edited, new() { Code = RefusalCode.QuotaExceeded, Detail = "full" });
        Assert.Equal(2, refused.Template.Spec.Board.Cpus);
        Assert.Null(refused.Resize);
        Assert.Same(edited, InstanceRules.Edit(edited, edit).State);
    }

    [Fact]
    public void An_old_or_foreign_report_changes_nothing()
    {
        var running = Running();
        Assert.Same(running, VmmRules.Hear(running, Status(VmmState.Failed, sequence: 10)));
        Assert.Same(running, VmmRules.Hear(running, Status(VmmState.Failed, sequence: 11, incarnation: 7)));
        Assert.Same(running, VmmRules.Hear(running, Status(VmmState.Failed, sequence: 11, sled: "sled-2")));
        Assert.Equal(VmmState.Failed, VmmRules.Hear(running, Status(VmmState.Failed, sequence: 11)).Current!.Observed);
    }

    [Fact]
    public void A_VMM_that_has_ended_stays_ended()
    {
        var failed = VmmRules.Hear(Running(), Status(VmmState.Failed, sequence: 11));
        Assert.Same(failed, VmmRules.Hear(failed, Status(VmmState.Running, sequence: 12)));
    }

    [Fact]
    public void A_VMM_that_no_agent_has_heard_of_is_not_taken_for_absent()
    {
        var ensuring = Running() with { };
        ensuring = VmmRules.Replace(ensuring, ensuring.Current! with { Step = VmmStep.Ensuring, Observed = null, Sequence = 0 });
        Assert.Same(ensuring, VmmRules.Hear(ensuring, Status(VmmState.Absent, sequence: 1)));
        Assert.Equal(VmmStep.Live, VmmRules.Hear(ensuring, Status(VmmState.Creating, sequence: 1)).Current!.Step);
    }

    [Fact]
    public void A_change_of_phase_is_an_event()
    {
        var before = Running();
        var after = PhaseRules.Stamp(before, Command(before, InstanceAction.Stop), Now, "u");
        Assert.Equal(["stop-requested", "stopping"], after.Outbox.TakeLast(2).Select(one => one.Type));
        Assert.Equal(Now, after.PhaseSince);
    }

    static VmmStatus Status(VmmState state, long sequence, long incarnation = 1, string sled = "sled-1") =>
        new() { Instance = InstanceId.Make("inst-a"), Incarnation = incarnation, State = state, Sequence = sequence, Sled = SledId.Make(sled) };
}
