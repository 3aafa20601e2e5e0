using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Instances;

/// <summary>Why an instance cannot be placed on a sled.</summary>
[GenerateSerializer, Immutable, Alias("propolis.instances.WhyNot")]
public sealed record WhyNot
{
    /// <summary>The sled.</summary>
    [Id(0)] public required SledId Sled { get; init; }

    /// <summary>One sentence.</summary>
    [Id(1)] public required string Reason { get; init; }
}
