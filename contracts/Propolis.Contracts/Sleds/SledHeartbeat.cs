using Propolis.Contracts.Agents;

namespace Propolis.Contracts.Sleds;

/// <summary>An agent says that it lives, about every 5 s, with all VMMs it has.</summary>
[GenerateSerializer, Immutable, Alias("propolis.sleds.SledHeartbeat")]
public sealed record SledHeartbeat
{
    /// <summary>The agent's epoch.</summary>
    [Id(0)] public required long AgentEpoch { get; init; }

    /// <summary>Every VMM the agent has, ended ones included until they are removed.</summary>
    [Id(1)] public required EquatableList<VmmStatus> Vmms { get; init; }
}
