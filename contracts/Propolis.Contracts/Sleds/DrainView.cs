using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Sleds;

/// <summary>How far a sled is emptied.</summary>
[GenerateSerializer, Immutable, Alias("propolis.sleds.DrainView")]
public sealed record DrainView
{
    /// <summary>The sled.</summary>
    [Id(0)] public required SledId Sled { get; init; }

    /// <summary>Whether it is being emptied.</summary>
    [Id(1)] public required bool Active { get; init; }

    /// <summary>What is still on it.</summary>
    [Id(2)] public required EquatableList<DrainItem> Remaining { get; init; }
}
