using System.Net;

namespace Propolis.Crucible.Upstairs;

/// <summary>One replica as operators see it.</summary>
/// <param name="Target">Its data address.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Mode">What it has missed.</param>
/// <param name="UnfinishedJobs">Jobs it has not finished.</param>
/// <param name="Trouble">Why it is not serving; empty when it is.</param>
public sealed record ReplicaStatus(IPEndPoint Target, ReplicaState State, ReplicaMode Mode, int UnfinishedJobs, string Trouble)
{
    /// <summary>Its region, once it has told.</summary>
    public Guid? RegionId { get; init; }

    /// <summary>Where others copy extents from, once it has told.</summary>
    public IPEndPoint? RepairAddress { get; init; }

    /// <summary>What live repair did for it since the upstairs was made.</summary>
    public RepairCounts Repairs { get; init; } = new();

    /// <summary>Extents up to this one are whole while it is being repaired.</summary>
    public uint? ExtentLimit { get; init; }
}
