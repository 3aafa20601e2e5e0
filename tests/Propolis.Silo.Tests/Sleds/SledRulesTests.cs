using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Tests.Sleds;

public sealed class SledRulesTests
{
    static readonly SledRegistration Registration = new()
    {
        Sled = SledId.Make("sled-1"),
        Address = "http://127.0.0.1:1",
        Capacity = new() { Cpus = 4, MemoryMb = 4096 },
        Hypervisor = "kvm",
        AgentEpoch = 5,
    };

    static readonly SledState Fresh = SledRules.Register(null, Registration).State!;

    [Fact]
    public void Register_repeated_changes_nothing_and_an_older_agent_is_refused()
    {
        Assert.Same(Fresh, SledRules.Register(Fresh, Registration).State);
        Assert.Equal(RefusalCode.Conflict, SledRules.Register(Fresh, Registration with { AgentEpoch = 4 }).Refusal!.Code);
        Assert.Equal(6, SledRules.Register(Fresh, Registration with { AgentEpoch = 6 }).State!.Registration.AgentEpoch);
    }

    [Fact]
    public void A_wrong_registration_is_refused()
    {
        Assert.Contains("http://ip:port", SledRules.Register(null, Registration with { Address = "here" }).Refusal!.Detail, StringComparison.Ordinal);
        Assert.NotNull(SledRules.Register(null, Registration with { Capacity = new() { Cpus = -1, MemoryMb = 1 } }).Refusal);
    }

    [Fact]
    public void Reserve_repeated_changes_nothing()
    {
        var once = SledRules.Reserve(Fresh, For("inst-a")).State!;
        Assert.Same(once, SledRules.Reserve(once, For("inst-a")).State);
        Assert.Equal(2, SledRules.Reserved(once).Cpus);
    }

    [Fact]
    public void More_than_there_is_cannot_be_taken()
    {
        var full = SledRules.Reserve(SledRules.Reserve(Fresh, For("inst-a")).State!, For("inst-b")).State!;
        Assert.Equal("has 0 of 4 processors free; 2 are needed", SledRules.Reserve(full, For("inst-c")).Refusal!.Detail);
        Assert.Contains("MiB of memory free", SledRules.Reserve(Fresh, For("inst-c") with { MemoryMb = 5000 }).Refusal!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Release_gives_back_once()
    {
        var taken = SledRules.Reserve(Fresh, For("inst-a")).State!;
        Assert.Same(taken, SledRules.Release(taken, new() { Instance = InstanceId.Make("inst-a"), Incarnation = 2 }));
        var free = SledRules.Release(taken, new() { Instance = InstanceId.Make("inst-a"), Incarnation = 1 });
        Assert.Empty(free.Reservations);
    }

    [Fact]
    public void Two_members_that_must_be_apart_do_not_meet()
    {
        var group = new PlacementGroup { Name = "g", Rule = GroupRule.Apart, Required = true };
        var one = SledRules.Reserve(Fresh, For("inst-a") with { Groups = [group] }).State!;
        Assert.Contains("group \"g\"", SledRules.Reserve(one, For("inst-b") with { Groups = [group] }).Refusal!.Detail, StringComparison.Ordinal);
        Assert.NotNull(SledRules.Reserve(one, For("inst-b") with { Groups = [group], Project = "other" }).State);
    }

    [Theory]
    [InlineData(SledPolicy.Draining)]
    [InlineData(SledPolicy.Expunged)]
    public void Only_a_sled_in_service_takes_more(SledPolicy policy) => Assert.NotNull(SledRules.Reserve(With(Fresh, policy), For("inst-a")).Refusal);

    [Fact]
    public void Expunging_is_final()
    {
        var gone = With(Fresh, SledPolicy.Expunged);
        Assert.Equal(RefusalCode.Gone, SledRules.SetPolicy(gone, Command(SledPolicy.InService)).Refusal!.Code);
        Assert.Equal(RefusalCode.Gone, SledRules.Register(gone, Registration with { AgentEpoch = 9 }).Refusal!.Code);
        Assert.Same(gone, With(gone, SledPolicy.Expunged));
    }

    [Fact]
    public void A_sled_is_unreachable_after_silence_that_somebody_listened_to()
    {
        var (start, limit) = (DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(12));
        Assert.False(SilenceRules.IsUnreachable(start, start, start.AddSeconds(12), limit));
        Assert.True(SilenceRules.IsUnreachable(start, start, start.AddSeconds(13), limit));
        Assert.False(SilenceRules.IsUnreachable(null, start.AddSeconds(5), start.AddSeconds(13), limit));
    }

    [Fact]
    public void A_listener_that_slept_listens_anew()
    {
        var start = DateTimeOffset.UnixEpoch;
        Assert.Equal(start, SilenceRules.ListeningSince(start, start.AddSeconds(8), start.AddSeconds(10), TimeSpan.FromSeconds(2)));
        Assert.Equal(start.AddSeconds(60), SilenceRules.ListeningSince(start, start.AddSeconds(8), start.AddSeconds(60), TimeSpan.FromSeconds(2)));
    }

    static SledState With(SledState state, SledPolicy policy) => SledRules.SetPolicy(state, Command(policy)).State!;

    static SledPolicyCommand Command(SledPolicy policy) => new() { OperationId = "op", Actor = "u", Policy = policy };

    static Reservation For(string instance) => new() { Instance = InstanceId.Make(instance), Incarnation = 1, Cpus = 2, MemoryMb = 512, Project = "web", Groups = [] };
}
