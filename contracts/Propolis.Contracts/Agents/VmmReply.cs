namespace Propolis.Contracts.Agents;

/// <summary>An agent's answer to each command.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.VmmReply")]
public sealed record VmmReply
{
    /// <summary>What became of it.</summary>
    [Id(0)] public required VmmOutcome Outcome { get; init; }

    /// <summary>The VMM now.</summary>
    [Id(1)] public required VmmStatus Status { get; init; }

    /// <summary>Why not, when refused or stale.</summary>
    [Id(2)] public string? Reason { get; init; }
}
