using Propolis.Contracts.Ids;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Results;
using Propolis.Silo.Projects;

namespace Propolis.Silo.Tests.Projects;

public sealed class ProjectRulesTests
{
    static readonly ProjectQuota Quota = new() { Instances = 3, Cpus = 8, MemoryMb = 8192 };

    [Fact]
    public void Charge_repeated_changes_nothing()
    {
        var once = Charge(null, "inst-a", "a");
        Assert.Same(once, ProjectRules.Charge(once, Of("inst-a", "a"), Quota).State);
    }

    [Fact]
    public void Members_of_a_group_sit_on_one_sled_until_the_last_has_risen()
    {
        var state = Sit(Charge(Charge(null, "inst-a", "a"), "inst-b", "b"), "inst-a", 1, "sled-1").State!;
        Assert.Same(state, Sit(state, "inst-a", 1, "sled-1").State);
        Assert.Contains("is not sled-1", Sit(state, "inst-b", 1, "sled-2").Refusal!.Detail, StringComparison.Ordinal);
        Assert.Null(Sit(state, "inst-b", 1, "sled-2", "another").Refusal);
        state = ProjectRules.Rise(Sit(state, "inst-b", 1, "sled-1").State!, new() { Instance = InstanceId.Make("inst-a"), Incarnation = 1 });
        Assert.NotNull(Sit(state, "inst-a", 2, "sled-2").Refusal);
        Assert.Null(Sit(state, "inst-a", 2, "sled-1").Refusal);
    }

    [Fact]
    public void A_member_that_is_alone_moves_where_it_wants() =>
        Assert.Null(Sit(Sit(Charge(null, "inst-a", "a"), "inst-a", 1, "sled-1").State!, "inst-a", 2, "sled-2").Refusal);

    [Fact]
    public void Who_has_risen_or_is_not_there_does_not_sit_again()
    {
        var state = ProjectRules.Rise(Charge(null, "inst-a", "a"), new() { Instance = InstanceId.Make("inst-a"), Incarnation = 3 });
        Assert.NotNull(Sit(state, "inst-a", 3, "sled-1").Refusal);
        Assert.NotNull(Sit(state, "inst-b", 1, "sled-1").Refusal);
        Assert.Same(state, ProjectRules.Rise(state, new() { Instance = InstanceId.Make("inst-a"), Incarnation = 2 }));
    }

    static Silo.Hosting.Decision<ProjectState> Sit(ProjectState state, string instance, long incarnation, string sled, string group = "g") =>
        ProjectRules.Sit(state, new() { Instance = InstanceId.Make(instance), Incarnation = incarnation, Sled = SledId.Make(sled), Groups = [group] });

    [Fact]
    public void A_name_is_taken_once() =>
        Assert.Contains("inst-a", ProjectRules.Charge(Charge(null, "inst-a", "a"), Of("inst-b", "a"), Quota).Refusal!.Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData(3, 1, 1, "3 instances")]
    [InlineData(1, 8, 1, "8 processors; with this instance it would have 9")]
    [InlineData(1, 1, 8192, "8192 MiB of memory; with this instance it would have 8193")]
    public void The_quota_ends_what_can_be_charged(int count, int cpus, long memory, string sentence)
    {
        ProjectState? state = null;
        foreach (var i in Enumerable.Range(0, count))
            state = Charge(state, $"inst-{i}", $"n{i}", cpus, memory);

        var refused = ProjectRules.Charge(state, Of("inst-z", "z"), Quota).Refusal!;
        Assert.Equal(RefusalCode.QuotaExceeded, refused.Code);
        Assert.Contains(sentence, refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Refund_gives_room_and_name_back_once()
    {
        var charged = Charge(null, "inst-a", "a", 8);
        var refunded = ProjectRules.Refund(charged, InstanceId.Make("inst-a"));
        Assert.Equal(0, ProjectRules.Used(refunded).Cpus);
        Assert.Same(refunded, ProjectRules.Refund(refunded, InstanceId.Make("inst-a")));
        Assert.NotNull(ProjectRules.Charge(refunded, Of("inst-b", "a", 8), Quota).State);
    }

    [Fact]
    public void A_quota_below_what_is_used_stops_nothing_and_admits_no_more()
    {
        var charged = Charge(Charge(null, "inst-a", "a"), "inst-b", "b");
        var small = ProjectRules.SetQuota(charged, new() { OperationId = "q", Actor = "u", Quota = Quota with { Instances = 1 } }).State!;
        Assert.Equal(2, ProjectRules.Used(small).Instances);
        Assert.NotNull(ProjectRules.Charge(small, Of("inst-c", "c"), Quota).Refusal);
    }

    [Fact]
    public void A_negative_quota_is_refused() =>
        Assert.Equal(RefusalCode.Invalid, ProjectRules.SetQuota(null, new() { OperationId = "q", Actor = "u", Quota = Quota with { Cpus = -1 } }).Refusal!.Code);

    static ProjectCharge Of(string instance, string name, int cpus = 1, long memory = 1) => new() { Instance = InstanceId.Make(instance), Name = name, Cpus = cpus, MemoryMb = memory };

    static ProjectState Charge(ProjectState? state, string instance, string name, int cpus = 1, long memory = 1) => ProjectRules.Charge(state, Of(instance, name, cpus, memory), Quota).State!;
}
