namespace Propolis.Contracts.Agents;

/// <summary>An agent's answer about a snapshot: what is known for sure. Where nothing is, the agent answers 503.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.SnapshotReply")]
public sealed record SnapshotReply
{
    /// <summary>Whether it is as asked: taken, or gone.</summary>
    [Id(0)] public required bool Done { get; init; }

    /// <summary>Why not.</summary>
    [Id(1)] public string? Reason { get; init; }
}
