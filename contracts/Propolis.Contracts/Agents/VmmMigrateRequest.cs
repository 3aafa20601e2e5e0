using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;

namespace Propolis.Contracts.Agents;

/// <summary><c>PUT /v1/vmms/{instance}/{incarnation}/migration</c>: see <see cref="AgentRoutes"/>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.VmmMigrateRequest")]
public sealed record VmmMigrateRequest
{
    /// <summary>Which migration.</summary>
    [Id(0)] public required MigrationId Migration { get; init; }

    /// <summary>Where the target waits, <c>ip:port</c>.</summary>
    [Id(1)] public required string TargetAddress { get; init; }

    /// <summary>How.</summary>
    [Id(2)] public required MigrationPolicy Policy { get; init; }
}
