using Propolis.Contracts.Agents;
using Propolis.Contracts.Instances;
using Propolis.Silo.Events;

namespace Propolis.Silo.Instances;

/// <summary>What an instance is, in one word: a function of its state.</summary>
public static class PhaseRules
{
    /// <summary>The word.</summary>
    /// <param name="state">The instance.</param>
    public static InstancePhase Of(InstanceState state) => state switch
    {
        { Admission: Admission.Refused or Admission.Refunded } => InstancePhase.Deleted,
        { Desired: DesiredState.Deleted } => InstancePhase.Deleting,
        { Admission: Admission.Asked } => InstancePhase.Admitting,
        { Desired: DesiredState.Stopped, Current: null, Failed: false } => InstancePhase.Stopped,
        { Current: null, Failed: true } => InstancePhase.Failed,
        { Desired: DesiredState.Stopped } => InstancePhase.Stopping,
        { Current: null, NotBefore: null } => InstancePhase.Starting,
        { Current: null } => InstancePhase.Waiting,
        { Relocating: true, Current.Step: >= VmmStep.Stopping } => InstancePhase.Relocating,
        { Waiting: not null } => InstancePhase.Waiting,
        { Current.Step: < VmmStep.Live } => InstancePhase.Starting,
        { Current.Step: > VmmStep.Live } => InstancePhase.Stopping,
        _ => OfLive(state),
    };

    /// <summary>The next state, with the time and an event when its phase is another one than before.</summary>
    /// <param name="before">The state before; null when there was none.</param>
    /// <param name="next">The next state.</param>
    /// <param name="now">The time.</param>
    /// <param name="actor">Who caused it.</param>
    public static InstanceState Stamp(InstanceState? before, InstanceState next, DateTimeOffset now, string actor)
    {
        var phase = Of(next);
        return before is null || Of(before) == phase
            ? next
            : (next with { PhaseSince = now }).Say(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(phase.ToString()).Replace('_', '-'), actor, next.Reason);
    }

    static InstancePhase OfLive(InstanceState state) => state.Current!.Observed switch
    {
        null or VmmState.Creating or VmmState.Starting => InstancePhase.Starting,
        VmmState.Running or VmmState.Rebooting or VmmState.Migrating when state.Migration is not null => InstancePhase.Migrating,
        VmmState.Running or VmmState.Rebooting or VmmState.Migrating => InstancePhase.Running,
        _ => InstancePhase.Stopping,
    };
}
