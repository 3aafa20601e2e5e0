namespace Propolis.Contracts.Agents;

/// <summary>Answers a VMM whose disk was refused by a Crucible server, before it tries again: another VMM may have the volume by now.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.LeaseStatus")]
public sealed record LeaseStatus
{
    /// <summary>The answer.</summary>
    [Id(0)] public required LeaseVerdict Verdict { get; init; }
}
