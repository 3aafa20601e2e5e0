using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Agents;

/// <summary><c>PUT /v1/vmms/{instance}/{incarnation}</c>: see <see cref="AgentRoutes"/>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.VmmEnsureRequest")]
public sealed record VmmEnsureRequest
{
    /// <summary>The instance's name.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>Its project.</summary>
    [Id(1)] public required string Project { get; init; }

    /// <summary>The whole spec, backends included.</summary>
    [Id(2)] public required InstanceSpec Spec { get; init; }

    /// <summary>Its disks on volumes, by backend key.</summary>
    [Id(3)] public EquatableList<DiskGeneration> Disks { get; init; } = [];

    /// <summary>What it starts with, from the instance's template; the sled's usual firmware when absent.</summary>
    [Id(4)] public BootSource? Boot { get; init; }

    /// <summary>Set for the target of a migration.</summary>
    [Id(5)] public VmmMigrationSource? Source { get; init; }
}
