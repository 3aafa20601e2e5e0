using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Instances;

/// <summary>What an instance has to do next: a function of its state, the time, and what is known of the sleds it is on. No state is without a next step or a deadline.</summary>
public static class InstancePlan
{
    /// <summary>The next step.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="sleds">The sleds it is on.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static InstanceStep Next(InstanceState state, IReadOnlyDictionary<SledId, SledView> sleds, DateTimeOffset now, ClusterOptions options)
    {
        if (state.Admission == Admission.Asked || state.Resize is not null)
            return new InstanceStep.Charge();
        if (state.Admission != Admission.Admitted)
            return Leftover(state, sleds) ?? Rest(state, options);
        var step = state.Current is { } vmm ? Drive(state, vmm, Known(vmm.Sled, sleds), now, options) : Begin(state, now, options);
        return step is InstanceStep.Wait wait ? Leftover(state, sleds) ?? Sooner(wait, state, options) : step;
    }

    /// <summary>Whether the guest should run.</summary>
    /// <param name="state">The instance.</param>
    public static bool WantsGuest(InstanceState state) => state is { Desired: DesiredState.Running, Failed: false };

    static SledView? Known(SledId? sled, IReadOnlyDictionary<SledId, SledView> sleds) => sled is { } id ? sleds.GetValueOrDefault(id) : null;

    static InstanceStep Begin(InstanceState state, DateTimeOffset now, ClusterOptions options)
    {
        if (state.Desired == DesiredState.Deleted)
            return new InstanceStep.Refund();
        if (!WantsGuest(state))
            return new InstanceStep.Wait(null);
        if (state.NotBefore is { } then && then > now)
            return new InstanceStep.Wait(then - now);
        return new InstanceStep.Decide(VmmRules.Begin(state, now, options));
    }

    static InstanceStep Drive(InstanceState state, VmmRecord vmm, SledView? sled, DateTimeOffset now, ClusterOptions options)
    {
        var unwanted = !WantsGuest(state) || (state.Relocating && vmm.Sled == state.Left);
        if (vmm.Step is >= VmmStep.Ensuring and < VmmStep.Releasing && state.Migration is null && SledLossRules.IsLost(state, vmm, sled))
            return OfLost(state, vmm, sled!, unwanted, now, options);
        return vmm.Step switch
        {
            < VmmStep.Ensuring when unwanted => new InstanceStep.Decide(VmmRules.End(state, vmm, VmmStep.Releasing, VmmEnd.Wanted, null, now, options)),
            VmmStep.Placing => new InstanceStep.Place(vmm),
            VmmStep.Reserving or VmmStep.CheckingOut when vmm.Deadline <= now => new InstanceStep.Decide(
                VmmRules.End(state, vmm, VmmStep.Releasing, VmmEnd.Retry, state.Waiting ?? "its sled or its volumes did not answer in time", now, options)),
            VmmStep.Reserving => new InstanceStep.Reserve(vmm),
            VmmStep.CheckingOut => new InstanceStep.CheckOut(vmm),
            VmmStep.Ensuring when unwanted => new InstanceStep.Decide(VmmRules.End(state, vmm, VmmStep.Removing, VmmEnd.Wanted, null, now, options)),
            VmmStep.Ensuring when vmm.Deadline <= now => new InstanceStep.Decide(
                VmmRules.End(state, vmm, VmmStep.Removing, VmmEnd.Failure, $"{vmm.Sled} did not take it in time", now, options)),
            VmmStep.Ensuring => new InstanceStep.Ensure(vmm),
            VmmStep.Live => OfLive(state, vmm, sled, unwanted, now, options),
            VmmStep.Stopping when Ended(vmm) || vmm.Deadline <= now => new InstanceStep.Decide(VmmRules.End(state, vmm, VmmStep.Removing, VmmEnd.Wanted, null, now, options)),
            VmmStep.Stopping => new InstanceStep.Stop(vmm),
            VmmStep.Removing when sled is { Policy: SledPolicy.Expunged } => new InstanceStep.Decide(VmmRules.Removed(state, vmm, now, options)),
            VmmStep.Removing => new InstanceStep.Remove(vmm),
            _ => new InstanceStep.Release(vmm),
        };
    }

    // An agent that is dead says nothing of its guests: their own servers are asked again and again as long as it is silent.
    static InstanceStep OfLost(InstanceState state, VmmRecord vmm, SledView sled, bool unwanted, DateTimeOffset now, ClusterOptions options)
    {
        if (unwanted || Ended(vmm) || !SledLossRules.MayAnswer(vmm, sled))
            return new InstanceStep.Decide(SledLossRules.Lose(state, vmm, sled, now));
        if (vmm.AnsweredAt is not { } then || then + options.ServerTick <= now)
            return new InstanceStep.AskServer(vmm, sled);
        var silence = SledLossRules.WhyStay(sled);
        return silence == state.Waiting
            ? new InstanceStep.Wait(then + options.ServerTick - now)
            : new InstanceStep.Decide(state with { Waiting = silence, Reason = silence });
    }

    static InstanceStep OfLive(InstanceState state, VmmRecord vmm, SledView? sled, bool unwanted, DateTimeOffset now, ClusterOptions options)
    {
        if (state.Migration is { } migration)
        {
            // The migration owns both VMMs until it has decided; it has deadlines of its own.
            return unwanted || Ended(vmm)
                ? new InstanceStep.AskMigration(migration, Ended(vmm) ? "the source has ended" : "the instance is to stop")
                : new InstanceStep.Wait(options.InstanceTick);
        }
        if (Ended(vmm))
            return new InstanceStep.Decide(VmmRules.Ended(state, vmm, unwanted, now, options));
        if (unwanted)
            return new InstanceStep.Decide(VmmRules.Advance(state, vmm, VmmStep.Stopping, now + options.StopLimit));
        var silence = sled is { Health: SledHealth.Unreachable } ? SledLossRules.WhyWait(state, vmm, sled) : null;
        if (silence != state.Waiting)
            return new InstanceStep.Decide(state with { Waiting = silence, Reason = silence });
        if (silence is not null)
            return new InstanceStep.Wait(options.InstanceTick);
        if (vmm.Observed is null or VmmState.Creating or VmmState.Starting or VmmState.Migrating)
        {
            return vmm.Deadline <= now
                ? new InstanceStep.Decide(VmmRules.End(state, vmm, VmmStep.Removing, VmmEnd.Failure, $"it did not run in {options.StartLimit.TotalSeconds:0} s", now, options))
                : new InstanceStep.Wait(Least(vmm.Deadline - now, options.InstanceTick));
        }
        return Reboot(state, vmm, now, options) ?? new InstanceStep.Wait(options.InstanceTick);
    }

    static InstanceStep? Reboot(InstanceState state, VmmRecord vmm, DateTimeOffset now, ClusterOptions options)
    {
        if (state.Reboot is not { } order)
            return null;
        if (order.Incarnation != vmm.Incarnation || order.Deadline <= now)
            return new InstanceStep.Decide(VmmRules.RebootGivenUp(state));
        if (order.Deadline == DateTimeOffset.MaxValue)
            return new InstanceStep.Decide(state with { Reboot = order with { Deadline = now + options.RebootLimit } });
        return new InstanceStep.Reset(vmm, order);
    }

    static InstanceStep? Leftover(InstanceState state, IReadOnlyDictionary<SledId, SledView> sleds)
    {
        foreach (var vmm in state.Leftovers)
        {
            if (vmm.Step == VmmStep.Releasing)
                return new InstanceStep.Release(vmm);
            if (Known(vmm.Sled, sleds) is { } sled && (sled.Health == SledHealth.Reachable || sled.Policy == SledPolicy.Expunged))
                return sled.Policy == SledPolicy.Expunged ? new InstanceStep.Decide(VmmRules.LeftoverRemoved(state, vmm)) : new InstanceStep.Remove(vmm);
        }
        return null;
    }

    static InstanceStep Rest(InstanceState state, ClusterOptions options) => new InstanceStep.Wait(state.Leftovers.Count > 0 ? options.InstanceTick : null);

    static InstanceStep Sooner(InstanceStep.Wait wait, InstanceState state, ClusterOptions options) =>
        state.Leftovers.Count > 0 ? new InstanceStep.Wait(Least(wait.For ?? options.InstanceTick, options.InstanceTick)) : wait;

    static bool Ended(VmmRecord vmm) => vmm.Observed is { } observed && AgentRules.IsFinal(observed);

    static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
