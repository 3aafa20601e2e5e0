using Propolis.Contracts;
using Propolis.Contracts.Projects;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Projects;

/// <summary>What a project's grain keeps. A project is there when something is charged to it or its quota is set.</summary>
public sealed record ProjectState : EntityRecord
{
    /// <summary>What it may have; the cluster's default when absent.</summary>
    public ProjectQuota? Quota { get; init; }

    /// <summary>What its instances take, one entry each.</summary>
    public EquatableList<ProjectCharge> Charges { get; init; } = [];
}
