using Propolis.Agent.Processes;
using Propolis.Agent.Tests.Fakes;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Server;

namespace Propolis.Agent.Tests.Vmms;

public sealed class VmmRulesTests
{
    static readonly VmmEnd Crash = new() { StopRequested = false, HowProcessEnded = "its propolis-server ended with exit code 3" };

    public static TheoryData<InstanceState> States => new(Enum.GetValues<InstanceState>());

    [Theory]
    [MemberData(nameof(States))]
    public void While_the_process_runs_no_state_is_final(InstanceState state) => Assert.False(AgentRules.IsFinal(VmmRules.WhileRunning(state)));

    [Fact]
    public void A_process_that_ends_by_itself_has_failed() => Assert.Equal((VmmState.Failed, Crash.HowProcessEnded), VmmRules.AtEnd(Crash));

    [Fact]
    public void A_failure_ends_with_the_last_words_of_the_server() =>
        Assert.Equal((VmmState.Failed, "its propolis-server ended with exit code 3: no memory"), VmmRules.AtEnd(Crash with { LastWords = "no memory" }));

    [Fact]
    public void A_process_that_ends_after_a_stop_was_asked_for_is_stopped() => Assert.Equal((VmmState.Stopped, null), VmmRules.AtEnd(Crash with { StopRequested = true }));

    [Fact]
    public void A_guest_that_ended_in_order_is_stopped_however_its_process_ends() => Assert.Equal((VmmState.Stopped, null), VmmRules.AtEnd(Crash with { Published = InstanceState.Destroyed }));

    [Fact]
    public void A_vm_that_failed_stays_failed_also_when_it_was_asked_to_stop() =>
        Assert.Equal(VmmState.Failed, VmmRules.AtEnd(Crash with { Published = InstanceState.Failed, StopRequested = true }).State);

    [Fact]
    public void A_lost_process_of_another_boot_went_with_its_sled()
    {
        var record = new VmmRecord { Instance = Requests.One, Incarnation = 1, Request = Requests.Small(), Process = new ProcessIdentity { Pid = 1, StartTicks = 1, BootId = "then" } };
        Assert.Equal("its sled was restarted", VmmRules.HowItWasLost(record, "now"));
        Assert.Contains("agent was away", VmmRules.HowItWasLost(record, "then"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(InstanceOutcomeKind.Fenced, VmmState.Fenced)]
    [InlineData(InstanceOutcomeKind.Failed, VmmState.Failed)]
    public void What_the_server_tells_of_the_end_is_the_reason(InstanceOutcomeKind kind, VmmState state) => Assert.Equal(
        (state, "disk data is fenced"),
        VmmRules.AtEnd(Crash with { Published = InstanceState.Failed, LastWords = "bye", Outcome = new() { Kind = kind, Detail = "disk data is fenced" } }));

    [Fact]
    public void What_the_agent_gave_up_has_failed_with_that_reason() => Assert.Equal((VmmState.Failed, "no image"), VmmRules.AtEnd(Crash with { Failure = "no image" }));
}
