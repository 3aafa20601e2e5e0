using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Events;

namespace Propolis.Silo.Instances;

/// <summary>When an instance may run elsewhere although nobody saw its VMM end. A silent sled says nothing; only fenced disks or an operator's word do, and a guest whose own server answers stays.</summary>
public static class SledLossRules
{
    /// <summary>Whether a VMM is given up.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="sled">Its sled, as far as known.</param>
    public static bool IsLost(InstanceState state, VmmRecord vmm, SledView? sled) => sled switch
    {
        null => false,
        { Policy: SledPolicy.Expunged } => true,
        { Health: SledHealth.Unreachable } => state.Template.SledLoss == SledLossPolicy.StorageFenced && DiskSpecs.AreFenced(state.Template, vmm.Tickets),
        _ => false,
    };

    /// <summary>What an instance waits for while its sled is silent.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">Its VMM.</param>
    /// <param name="sled">The sled.</param>
    public static string WhyWait(InstanceState state, VmmRecord vmm, SledView sled) => state.Template.SledLoss switch
    {
        SledLossPolicy.Never => $"{sled.Id} is silent; the instance waits for it",
        SledLossPolicy.StorageFenced when !DiskSpecs.AreFenced(state.Template, vmm.Tickets) =>
            $"{sled.Id} is silent, and not all disks are on Crucible, so that nothing fences them; it waits until the sled is heard or expunged",
        _ => $"{sled.Id} is silent; the instance waits until it is heard or expunged",
    };

    /// <summary>Whether a VMM's own server can be asked before it is given up. Nobody is asked on a sled that an operator declared gone.</summary>
    /// <param name="vmm">The VMM.</param>
    /// <param name="sled">Its sled.</param>
    public static bool MayAnswer(VmmRecord vmm, SledView sled) => vmm is { Step: VmmStep.Live, ServerAddress: not null } && sled.Policy != SledPolicy.Expunged;

    /// <summary>Why an instance stays where it is although its sled is silent.</summary>
    /// <param name="sled">The sled.</param>
    public static string WhyStay(SledView sled) => $"{sled.Id} is silent, but the guest's own server answers; the instance stays where it is";

    /// <summary>Gives a VMM up: it is removed when its sled returns, and the instance goes on without it.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="sled">Its sled.</param>
    /// <param name="now">The time.</param>
    public static InstanceState Lose(InstanceState state, VmmRecord vmm, SledView sled, DateTimeOffset now)
    {
        var expunged = sled.Policy == SledPolicy.Expunged;
        var reason = expunged ? $"{sled.Id} was expunged" : $"{sled.Id} is silent, and the disks are fenced";
        var left = vmm with { Step = expunged ? VmmStep.Releasing : VmmStep.Removing, End = VmmEnd.Lost, EndReason = reason };
        var next = state with { Current = null, Leftovers = state.Leftovers.Add(left), Relocating = false, Waiting = null, Reboot = null, Reason = reason };
        if (expunged && state.Template.SledLoss == SledLossPolicy.Never && InstancePlan.WantsGuest(state))
            next = next with { Failed = true, Reason = $"{reason}, and the instance is never to start elsewhere by itself" };
        return next.Say("vmm-lost", "reconciler", $"incarnation {vmm.Incarnation}: {reason}");
    }
}
