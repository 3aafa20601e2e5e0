using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Agents;

/// <summary>In an ensure: the VMM does not start its guest but waits for another VMM of the instance to send it.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.VmmMigrationSource")]
public sealed record VmmMigrationSource
{
    /// <summary>Which migration.</summary>
    [Id(0)] public required MigrationId Migration { get; init; }

    /// <summary>The VMM that will send; nobody else may.</summary>
    [Id(1)] public required long Incarnation { get; init; }
}
