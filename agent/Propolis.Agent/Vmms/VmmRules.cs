using Propolis.Contracts.Agents;
using Propolis.Contracts.Server;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Specs;

namespace Propolis.Agent.Vmms;

/// <summary>What a VMM is taken to do, from what its server and its process say; and what may be asked of it. Pure.</summary>
static class VmmRules
{
    /// <summary>What a silo hears while the server publishes a state. Final states are never among them: they need the process's end.</summary>
    /// <param name="state">What the server published.</param>
    public static VmmState WhileRunning(InstanceState state) => state switch
    {
        InstanceState.Creating => VmmState.Creating,
        InstanceState.Starting => VmmState.Starting,
        InstanceState.Running or InstanceState.Repairing => VmmState.Running,
        InstanceState.Rebooting => VmmState.Rebooting,
        InstanceState.Migrating => VmmState.Migrating,
        _ => VmmState.Stopping,
    };

    /// <summary>Whether the server will publish nothing more, so that its process can go.</summary>
    /// <param name="state">What the server published.</param>
    public static bool IsOver(InstanceState state) => state is InstanceState.Stopped or InstanceState.Failed or InstanceState.Destroyed;

    /// <summary>What became of a VMM whose process has ended.</summary>
    /// <param name="end">What was seen on the way.</param>
    public static (VmmState State, string? Reason) AtEnd(VmmEnd end) => end switch
    {
        { Failure: { } failure } => (VmmState.Failed, failure),
        { Outcome: { Kind: InstanceOutcomeKind.Fenced } outcome } => (VmmState.Fenced, outcome.Detail),
        { Outcome: { Kind: InstanceOutcomeKind.Failed } outcome } => (VmmState.Failed, outcome.Detail),
        { Published: InstanceState.Failed } => (VmmState.Failed, end.LastWords ?? "its propolis-server says that the VM failed"),
        { Published: InstanceState.Stopped or InstanceState.Destroyed } => (VmmState.Stopped, null),
        { StopRequested: true } => (VmmState.Stopped, null),
        _ => (VmmState.Failed, end.LastWords is { } words ? $"{end.HowProcessEnded}: {words}" : end.HowProcessEnded),
    };

    /// <summary>Why an ensure can never be obeyed on this sled; null when it can.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="capacity">What the sled can hold.</param>
    public static string? WhyNot(VmmEnsureRequest request, SledCapacity capacity)
    {
        var faults = SpecRules.Faults(WithMemoryBackends(request))
            .Concat(request.Boot is { } boot ? BootSourceRules.Faults(boot) : [])
            .Concat(Volumes.VolumeRules.Faults(request))
            .ToArray();
        if (faults.Length > 0)
            return string.Join("; ", faults);
        if (request.Spec.Board.Cpus > capacity.Cpus)
            return $"it needs {request.Spec.Board.Cpus} processors, and this sled has {capacity.Cpus}";
        if (request.Spec.Board.MemoryMb > (ulong)capacity.MemoryMb)
            return $"it needs {request.Spec.Board.MemoryMb} MiB of memory, and this sled has {capacity.MemoryMb}";
        return null;
    }

    /// <summary>How a process ended that a restarted agent does not find any more.</summary>
    /// <param name="record">The VMM's record.</param>
    /// <param name="boot">The machine's present boot.</param>
    public static string HowItWasLost(VmmRecord record, string boot) =>
        record.Process is { } process && process.BootId != boot ? "its sled was restarted" : "its propolis-server ended while the agent was away";

    /// <summary>Whether a reboot was carried out before.</summary>
    /// <param name="record">The VMM's record.</param>
    /// <param name="operationId">The reboot's id.</param>
    public static bool IsRepeated(VmmRecord record, string operationId) => record.LastReboot == operationId;

    // The backends of volumes in memory are made by the agent: for the checks they are there.
    static InstanceSpec WithMemoryBackends(VmmEnsureRequest request) => Volumes.VolumeRules.Place(request, "/", _ => "/");
}
