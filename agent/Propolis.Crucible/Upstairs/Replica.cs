using System.Net;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>What an upstairs knows about one of its replicas.</summary>
sealed class Replica(int index, IPEndPoint target)
{
    public int Index { get; } = index;

    public IPEndPoint Target { get; set; } = target;

    public ReplicaState State { get; set; } = ReplicaState.Stopped;

    public ReplicaMode Mode { get; set; } = ReplicaMode.New;

    /// <summary>Number of the connection or attempt; events of older ones are ignored.</summary>
    public long Attempt { get; set; }

    public bool Connected { get; set; }

    /// <summary>When to try the next connection.</summary>
    public TimeSpan? ConnectAt { get; set; }

    public TimeSpan LastHeard { get; set; }

    public TimeSpan LastPing { get; set; }

    /// <summary>When it last finished a job, or was given one while it had none.</summary>
    public TimeSpan LastProgress { get; set; }

    /// <summary>Since when it has held the guest up while the others kept up.</summary>
    public TimeSpan? SlowSince { get; set; }

    /// <summary>Why it is not serving, for operators.</summary>
    public string Trouble { get; set; } = "not connected yet";

    public IPEndPoint? RepairAddress { get; set; }

    public RegionDefinition? Region { get; set; }

    public IReadOnlyList<ExtentVersion> Versions { get; set; } = [];

    /// <summary>The last flush it acknowledged in this session.</summary>
    public ulong? LastFlush { get; set; }

    /// <summary>The first job since it was last made whole: older ones mean nothing to it and must not be sent again.</summary>
    public ulong FirstJob { get; set; }

    public RepairCounts Repairs { get; set; } = new();

    public int UnfinishedJobs { get; set; }

    public long UnfinishedBytes { get; set; }

    /// <summary>Whether it is or will be given jobs.</summary>
    public bool Accepts => State is ReplicaState.Active or ReplicaState.LiveRepair || Mode == ReplicaMode.Offline;
}
