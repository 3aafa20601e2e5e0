namespace Propolis.Contracts.Agents;

/// <summary>One region as its agent sees it.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.RegionStatus")]
public sealed record RegionStatus
{
    /// <summary>The region's own id, which its server tells clients, too.</summary>
    [Id(0)] public required Guid Region { get; init; }

    /// <summary>What it does.</summary>
    [Id(1)] public required RegionState State { get; init; }

    /// <summary>Where it is served, <c>ip:port</c>; stays the same over restarts.</summary>
    [Id(2)] public string? Address { get; init; }

    /// <summary>Why it is not served.</summary>
    [Id(3)] public string? Reason { get; init; }

    /// <summary>What it was made for.</summary>
    [Id(4)] public RegionEnsureRequest? Request { get; init; }
}
