using Propolis.Contracts;
using Propolis.Contracts.Server;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Volumes;

namespace Propolis.Server.Crucible;

/// <summary>A volume's tree in the words of the REST interface; pure but for reading the present state.</summary>
static class VolumeInfoRules
{
    /// <summary>The tree. Parts that have no servers (files) have no place in it.</summary>
    public static VolumeInfo Of(IVolume volume) => volume switch
    {
        RegionSet set => new VolumeInfo { Upstairs = Of(set.Status) },
        Volume whole => new VolumeInfo
        {
            Volume = new VolumeInfoTree
            {
                SubVolumes = new EquatableList<VolumeInfo>(whole.Parts.Where(HasServers).Select(Of)),
                ReadOnlyParent = whole.Parent is { } parent && HasServers(parent) ? Of(parent) : null,
            },
        },
        _ => new VolumeInfo { Volume = new VolumeInfoTree { SubVolumes = [] } },
    };

    /// <summary>One region set.</summary>
    public static UpstairsInfo Of(UpstairsStatus status) => new()
    {
        State = StateOf(status.State),
        Generation = status.Generation,
        SessionId = status.SessionId,
        UpstairsId = status.UpstairsId,
        BlockSize = status.BlockSize,
        Encrypted = status.Encrypted,
        ReadOnly = status.ReadOnly,
        LiveRepairInProgress = status.Replicas.Any(replica => replica.State == ReplicaState.LiveRepair),
        ReconcileInProgress = status.Replicas.Any(replica => replica.State == ReplicaState.Reconcile),
        Targets = new EquatableList<DownstairsInfo>(status.Replicas.Select(Of)),
    };

    static DownstairsInfo Of(ReplicaStatus replica) => new()
    {
        RegionId = replica.RegionId,
        TargetAddr = replica.Target.ToString(),
        RepairAddr = replica.RepairAddress?.ToString(),
        State = replica.State switch
        {
            ReplicaState.Active => new DownstairsActive(),
            ReplicaState.LiveRepair => new DownstairsLiveRepair(),
            ReplicaState.Stopped => new DownstairsStopping(),
            _ => new DownstairsConnecting { Mode = ModeOf(replica.Mode), State = NegotiationOf(replica.State) },
        },
    };

    // The interface has no word of its own for a volume that another session took over.
    static UpstairsInfoStatus StateOf(UpstairsState state) => state switch
    {
        UpstairsState.Initializing => UpstairsInfoStatus.Initializing,
        UpstairsState.GoActive => UpstairsInfoStatus.GoActive,
        UpstairsState.Active => UpstairsInfoStatus.Active,
        UpstairsState.Deactivating => UpstairsInfoStatus.Deactivating,
        _ => UpstairsInfoStatus.Disabled,
    };

    static DownstairsInfoConnectionMode ModeOf(ReplicaMode mode) => mode switch
    {
        ReplicaMode.New => DownstairsInfoConnectionMode.New,
        ReplicaMode.Offline => DownstairsInfoConnectionMode.Offline,
        ReplicaMode.Faulted => DownstairsInfoConnectionMode.Faulted,
        _ => DownstairsInfoConnectionMode.Replaced,
    };

    static DownstairsInfoNegotiationStatus NegotiationOf(ReplicaState state) => state switch
    {
        ReplicaState.WaitQuorum => DownstairsInfoNegotiationStatus.WaitQuorum,
        ReplicaState.Reconcile => DownstairsInfoNegotiationStatus.Reconcile,
        ReplicaState.LiveRepairReady => DownstairsInfoNegotiationStatus.LiveRepairReady,
        ReplicaState.WaitConnect or ReplicaState.PerhapsFenced => DownstairsInfoNegotiationStatus.WaitConnect,
        _ => DownstairsInfoNegotiationStatus.Negotiating,
    };

    static bool HasServers(IVolume volume) => VolumeParts.RegionSets(volume).Any();
}
