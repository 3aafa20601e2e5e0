namespace Propolis.Contracts.Agents;

/// <summary>An agent's answer to each command about a region.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.RegionReply")]
public sealed record RegionReply
{
    /// <summary>What became of it; a region is never stale.</summary>
    [Id(0)] public required VmmOutcome Outcome { get; init; }

    /// <summary>The region now.</summary>
    [Id(1)] public required RegionStatus Status { get; init; }

    /// <summary>Why not, when refused.</summary>
    [Id(2)] public string? Reason { get; init; }
}
