using FsCheck;
using FsCheck.Fluent;
using Propolis.Contracts.Instances;
using Propolis.Silo.Instances;
using static Propolis.Silo.Tests.Instances.Make;

namespace Propolis.Silo.Tests.Instances;

public sealed class RestartRulesTests
{
    static readonly RestartPolicy Policy = new() { Mode = RestartMode.OnFailure, CooldownSeconds = 10, MaxRestarts = 2, WindowSeconds = 60 };

    [Fact]
    public void A_guest_that_powers_itself_off_stays_off() =>
        Assert.Equal(DesiredState.Stopped, After(Instance(), VmmEnd.PoweredOff).Desired);

    [Fact]
    public void A_failure_with_policy_never_is_final()
    {
        var failed = After(Instance(Template with { Restart = Policy with { Mode = RestartMode.Never } }), VmmEnd.Failure);
        Assert.Equal((InstancePhase.Failed, "boom"), (PhaseRules.Of(failed), failed.Reason));
    }

    [Fact]
    public void Failures_are_followed_by_starts_with_a_cooldown_until_the_cap()
    {
        var state = After(Instance(Template with { Restart = Policy }), VmmEnd.Failure);
        Assert.Equal(Now, state.NotBefore);
        state = After(state, VmmEnd.Failure);
        Assert.Equal(Now.AddSeconds(10), state.NotBefore);
        Assert.Equal(InstancePhase.Waiting, PhaseRules.Of(state));
        state = After(state, VmmEnd.Failure);
        Assert.True(state.Failed);
        Assert.Contains("it was started again 2 times in 60 s", state.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Old_restarts_do_not_count()
    {
        var state = Instance(Template with { Restart = Policy }) with { Restarts = [Now.AddSeconds(-100), Now.AddSeconds(-90)] };
        Assert.False(After(state, VmmEnd.Failure).Failed);
    }

    [Theory]
    [InlineData(VmmEnd.Lost)]
    [InlineData(VmmEnd.Retry)]
    [InlineData(VmmEnd.Wanted)]
    public void What_was_no_failure_costs_no_restart(VmmEnd end) => Assert.Empty(After(Instance(), end).Restarts);

    [Fact]
    public void However_failures_come_starts_in_a_window_stay_below_the_cap()
    {
        var gaps = Arb.From(Gen.ListOf(Gen.Choose(0, 40)), all => all.Count > 0 ? [all.Skip(1).ToList()] : []);
        Prop.ForAll(gaps, all =>
        {
            var (state, now, starts) = (Instance(Template with { Restart = Policy }), Now, new List<DateTimeOffset>());
            foreach (var gap in all)
            {
                now = (state.NotBefore is { } then && then > now ? then : now).AddSeconds(gap);
                state = RestartRules.After(state with { NotBefore = null }, Vmm(VmmEnd.Failure), now);
                if (state.Failed)
                    break;
                starts.Add(state.NotBefore!.Value);
            }
            return starts.Zip(starts.Skip(1)).All(pair => pair.Second - pair.First >= TimeSpan.FromSeconds(Policy.CooldownSeconds))
                && starts.All(start => starts.Count(other => other > start.AddSeconds(-Policy.WindowSeconds) && other <= start) <= Policy.MaxRestarts + 1);
        }).QuickCheckThrowOnFailure();
    }

    static InstanceState After(InstanceState state, VmmEnd end) => RestartRules.After(state, Vmm(end), Now);

    static VmmRecord Vmm(VmmEnd end) => new() { Incarnation = 1, Step = VmmStep.Releasing, Deadline = Now, End = end, EndReason = "boom" };
}
