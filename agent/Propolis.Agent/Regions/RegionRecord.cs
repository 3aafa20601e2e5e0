using Propolis.Agent.Processes;
using Propolis.Contracts.Agents;

namespace Propolis.Agent.Regions;

/// <summary>What the agent keeps of a region on disk.</summary>
sealed record RegionRecord
{
    /// <summary>Its id.</summary>
    public required Guid Region { get; init; }

    /// <summary>What it was made for.</summary>
    public required RegionEnsureRequest Request { get; init; }

    /// <summary>Where clients connect; the same for ever.</summary>
    public required int DataPort { get; init; }

    /// <summary>Where other servers copy extents from.</summary>
    public required int RepairPort { get; init; }

    /// <summary>The process that serves it, or last did.</summary>
    public ProcessIdentity? Process { get; init; }
}
