using Propolis.Contracts.Instances;
using Propolis.Silo.Events;

namespace Propolis.Silo.Instances;

/// <summary>What follows when a VMM is gone.</summary>
public static class RestartRules
{
    /// <summary>The instance without the VMM.</summary>
    /// <param name="state">The instance, the VMM already taken out.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="now">The time.</param>
    public static InstanceState After(InstanceState state, VmmRecord vmm, DateTimeOffset now) => vmm.End switch
    {
        _ when !InstancePlan.WantsGuest(state) => state with { Relocating = false },
        VmmEnd.PoweredOff => state with { Desired = DesiredState.Stopped, Reason = "the guest powered itself off" },
        VmmEnd.Failure => AfterFailure(state, vmm.EndReason ?? "it failed", now),
        VmmEnd.Retry => state with { Reason = vmm.EndReason },
        _ => state with { Relocating = false },
    };

    static InstanceState AfterFailure(InstanceState state, string reason, DateTimeOffset now)
    {
        var policy = state.Template.Restart;
        var recent = state.Restarts.Where(at => at > now - TimeSpan.FromSeconds(policy.WindowSeconds)).ToArray();
        if (policy.Mode == RestartMode.Never)
            return state with { Failed = true, Reason = reason };
        if (recent.Length >= policy.MaxRestarts)
            return (state with { Failed = true, Reason = $"{reason}; it was started again {recent.Length} times in {policy.WindowSeconds} s" }).Say("restart-given-up", "reconciler", reason);
        var cooled = recent.Length > 0 ? recent[^1] + TimeSpan.FromSeconds(policy.CooldownSeconds) : now;
        var then = cooled > now ? cooled : now;
        return (state with { Restarts = [.. recent, then], NotBefore = then, Reason = reason })
            .Say("restart-planned", "reconciler", reason);
    }
}
