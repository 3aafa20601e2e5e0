using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Silo.Events;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Instances;

/// <summary>How the VMMs of an instance go on: each function takes the outcome of a step.</summary>
public static class VmmRules
{
    /// <summary>A new VMM, with a number that was never used.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static InstanceState Begin(InstanceState state, DateTimeOffset now, ClusterOptions options) => state with
    {
        Incarnation = state.Incarnation + 1,
        Current = Fresh(state.Incarnation + 1, now, options),
        NotBefore = null,
        Waiting = null,
    };

    /// <summary>A record of a VMM that nobody has heard of yet.</summary>
    /// <param name="incarnation">Its number.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static VmmRecord Fresh(long incarnation, DateTimeOffset now, ClusterOptions options) =>
        new() { Incarnation = incarnation, Step = VmmStep.Placing, Deadline = now + options.HandoverLimit };

    /// <summary>A place was found.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="sled">Where.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static InstanceState Placed(InstanceState state, VmmRecord vmm, SledId sled, DateTimeOffset now, ClusterOptions options) =>
        Replace(state, vmm with { Sled = sled, Step = VmmStep.Reserving, Deadline = now + options.HandoverLimit }) with { Waiting = null };

    /// <summary>There is no place.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="report">Why, for each sled.</param>
    public static InstanceState NotPlaced(InstanceState state, VmmRecord vmm, PlacementReport report)
    {
        var reasons = report.Refusals.Take(3).Select(one => $"{one.Sled} {one.Reason}");
        var reason = report.Refusals.Count == 0 ? "there are no sleds" : $"no sled takes it: {string.Join("; ", reasons)}{(report.Refusals.Count > 3 ? "; ..." : "")}";
        // Forgotten refusals may be retried: the next look starts afresh.
        return Replace(state, vmm with { Refused = [] }) with { Waiting = reason, Reason = reason };
    }

    /// <summary>A sled does not take it after all; nothing was taken there.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="reason">Why.</param>
    public static InstanceState NotReserved(InstanceState state, VmmRecord vmm, string reason) =>
        Replace(state, vmm with { Step = VmmStep.Placing, Sled = null, Refused = vmm.Refused.Add(new() { Sled = vmm.Sled!.Value, Reason = reason }) });

    /// <summary>The next step.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="step">The step.</param>
    /// <param name="deadline">When it is overdue.</param>
    public static InstanceState Advance(InstanceState state, VmmRecord vmm, VmmStep step, DateTimeOffset deadline) =>
        Replace(state, vmm with { Step = step, Deadline = deadline });

    /// <summary>Its volumes are checked out.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="tickets">The volumes.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static InstanceState CheckedOut(InstanceState state, VmmRecord vmm, EquatableList<DiskTicket> tickets, DateTimeOffset now, ClusterOptions options) =>
        Replace(state, vmm with { Tickets = tickets, Step = VmmStep.Ensuring, Deadline = now + options.HandoverLimit }) with { Waiting = null };

    /// <summary>A volume cannot be had now.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="reason">Why.</param>
    public static InstanceState NotCheckedOut(InstanceState state, string reason) => state.Waiting == reason ? state : state with { Waiting = reason, Reason = reason };

    /// <summary>Its agent has answered an ensure.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="reply">The answer.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static InstanceState Ensured(InstanceState state, VmmRecord vmm, VmmReply reply, DateTimeOffset now, ClusterOptions options) => reply.Outcome switch
    {
        VmmOutcome.Done => Hear(Replace(state, vmm with { Step = VmmStep.Live, Deadline = now + options.StartLimit }), reply.Status).Say("vmm-made", "reconciler", $"incarnation {vmm.Incarnation} on {vmm.Sled}"),
        VmmOutcome.Stale => End(state, vmm, VmmStep.Removing, VmmEnd.Retry, reply.Reason ?? "its agent knows a newer one", now, options),
        _ => End(state, vmm, VmmStep.Removing, VmmEnd.Failure, reply.Reason ?? $"{vmm.Sled} refused it", now, options),
    };

    /// <summary>Takes what an agent says of a VMM; old news changes nothing, and an ended VMM stays ended.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="status">What it says.</param>
    public static InstanceState Hear(InstanceState state, VmmStatus status)
    {
        if (Find(state, status.Incarnation) is not { } vmm || status.Sequence <= vmm.Sequence || (status.Sled is { } sled && sled != vmm.Sled))
            return state;
        if (vmm.Observed is { } before && AgentRules.IsFinal(before))
            return state;
        if (vmm.Step < VmmStep.Ensuring || (vmm.Step == VmmStep.Ensuring && status.State == VmmState.Absent))
            return state;
        if (vmm.Observed == status.State && vmm.ServerAddress == status.ServerAddress && vmm.MigrationAddress == status.MigrationAddress)
            return state;
        var heard = vmm with
        {
            Observed = status.State,
            Sequence = status.Sequence,
            ServerAddress = status.ServerAddress,
            MigrationAddress = status.MigrationAddress,
            EndReason = AgentRules.IsFinal(status.State) ? status.Reason ?? vmm.EndReason : vmm.EndReason,
            Step = vmm.Step == VmmStep.Ensuring ? VmmStep.Live : vmm.Step,
        };
        var next = Replace(state, heard);
        return status.State == VmmState.Running && state.Current?.Incarnation == vmm.Incarnation ? next with { Left = null, Waiting = null, Reason = state.Relocating ? state.Reason : null } : next;
    }

    /// <summary>A VMM's own server answers for its guest, whose sled is silent.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="now">The time.</param>
    public static InstanceState Answered(InstanceState state, VmmRecord vmm, DateTimeOffset now) => Replace(state, vmm with { AnsweredAt = now });

    /// <summary>The guest has ended.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">Its VMM.</param>
    /// <param name="wanted">Whether that was wanted.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static InstanceState Ended(InstanceState state, VmmRecord vmm, bool wanted, DateTimeOffset now, ClusterOptions options)
    {
        var (end, reason) = vmm.Observed switch
        {
            _ when wanted => (VmmEnd.Wanted, null),
            VmmState.Stopped => (VmmEnd.PoweredOff, null),
            VmmState.Fenced => (VmmEnd.Failure, vmm.EndReason ?? "a newer generation displaced its disks"),
            VmmState.Absent => (VmmEnd.Failure, vmm.EndReason ?? $"{vmm.Sled} has lost it"),
            _ => (VmmEnd.Failure, vmm.EndReason ?? "it failed"),
        };
        return End(state, vmm, VmmStep.Removing, end, reason, now, options).Say("vmm-ended", "agent", $"incarnation {vmm.Incarnation}: {reason ?? "stopped"}");
    }

    /// <summary>Begins to end a VMM.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="step"><see cref="VmmStep.Removing"/>, or <see cref="VmmStep.Releasing"/> when no agent has heard of it.</param>
    /// <param name="end">Why.</param>
    /// <param name="reason">Why in words.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static InstanceState End(InstanceState state, VmmRecord vmm, VmmStep step, VmmEnd end, string? reason, DateTimeOffset now, ClusterOptions options)
    {
        var ended = vmm with { Step = step, End = vmm.End == VmmEnd.None ? end : vmm.End, EndReason = reason ?? vmm.EndReason, Deadline = now + options.StopLimit };
        return Replace(state, ended) with { Reboot = null, Waiting = null };
    }

    /// <summary>Its agent has no process of it any more.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Times.</param>
    public static InstanceState Removed(InstanceState state, VmmRecord vmm, DateTimeOffset now, ClusterOptions options) =>
        state.Current?.Incarnation == vmm.Incarnation ? Advance(state, vmm, VmmStep.Releasing, now + options.HandoverLimit) : LeftoverRemoved(state, vmm);

    /// <summary>The agent of a VMM that was left behind has no process of it any more.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    public static InstanceState LeftoverRemoved(InstanceState state, VmmRecord vmm) => Replace(state, vmm with { Step = VmmStep.Releasing });

    /// <summary>Volumes and room are given back: the VMM is forgotten.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    /// <param name="now">The time.</param>
    public static InstanceState Released(InstanceState state, VmmRecord vmm, DateTimeOffset now) => state.Current?.Incarnation == vmm.Incarnation
        ? RestartRules.After(state with { Current = null, Waiting = null }, vmm, now)
        : state with { Leftovers = new(state.Leftovers.Where(one => one.Incarnation != vmm.Incarnation)) };

    /// <summary>A reboot was handed over.</summary>
    /// <param name="state">The instance.</param>
    public static InstanceState Rebooted(InstanceState state) => (state with { Reboot = null }).Say("rebooted", "reconciler");

    /// <summary>A reboot could not be handed over.</summary>
    /// <param name="state">The instance.</param>
    public static InstanceState RebootGivenUp(InstanceState state) => (state with { Reboot = null }).Say("reboot-failed", "reconciler", "its agent did not take it in time");

    /// <summary>A VMM of the instance that is not forgotten yet.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="incarnation">Its number.</param>
    public static VmmRecord? Find(InstanceState state, long incarnation) => state switch
    {
        { Current: { } current } when current.Incarnation == incarnation => current,
        { Target: { } target } when target.Incarnation == incarnation => target,
        _ => state.Leftovers.FirstOrDefault(vmm => vmm.Incarnation == incarnation),
    };

    /// <summary>The state with another record of one of its VMMs.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The record.</param>
    public static InstanceState Replace(InstanceState state, VmmRecord vmm) => state switch
    {
        { Current: { } current } when current.Incarnation == vmm.Incarnation => state with { Current = vmm },
        { Target: { } target } when target.Incarnation == vmm.Incarnation => state with { Target = vmm },
        _ => state with { Leftovers = new(state.Leftovers.Select(one => one.Incarnation == vmm.Incarnation ? vmm : one)) },
    };
}
