using Propolis.Contracts;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Projects;

/// <summary>What a project's grain keeps. A project is there when something is charged to it or its quota is set.</summary>
public sealed record ProjectState : EntityRecord
{
    /// <summary>What it may have; the cluster's default when absent.</summary>
    public ProjectQuota? Quota { get; init; }

    /// <summary>What its instances take, one entry each.</summary>
    public EquatableList<ProjectCharge> Charges { get; init; } = [];

    /// <summary>Where VMMs are whose instances must be on one sled with others.</summary>
    public EquatableList<GroupSeat> Seats { get; init; } = [];

    /// <summary>Of each instance that had seats, the highest VMM that gave its one back: a call that comes late does not take it again.</summary>
    public EquatableList<VolumeHolder> Risen { get; init; } = [];
}
