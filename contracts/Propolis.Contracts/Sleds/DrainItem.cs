using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Sleds;

/// <summary>One instance that is still on a sled that is being emptied.</summary>
[GenerateSerializer, Immutable, Alias("propolis.sleds.DrainItem")]
public sealed record DrainItem
{
    /// <summary>The instance.</summary>
    [Id(0)] public required InstanceId Instance { get; init; }

    /// <summary>Its VMM.</summary>
    [Id(1)] public required long Incarnation { get; init; }

    /// <summary>The migration that moves it.</summary>
    [Id(2)] public MigrationId? Migration { get; init; }

    /// <summary>Whether it needs an operator: it cannot move, or there is no place for it.</summary>
    [Id(3)] public required bool Blocked { get; init; }

    /// <summary>What it waits for.</summary>
    [Id(4)] public required string Reason { get; init; }
}
