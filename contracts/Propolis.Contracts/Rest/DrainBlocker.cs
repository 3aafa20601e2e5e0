using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Rest;

/// <summary>An instance that cannot leave its sled.</summary>
public sealed record DrainBlocker
{
    /// <summary>The instance.</summary>
    public required InstanceId Instance { get; init; }

    /// <summary>Why, one sentence.</summary>
    public required string Reason { get; init; }
}
