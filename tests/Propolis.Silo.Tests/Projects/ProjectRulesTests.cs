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
