namespace Propolis.Contracts.Server;

/// <summary>How a VM's life ended.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceOutcome")]
public sealed record InstanceOutcome
{
    /// <summary>In one word.</summary>
    [Id(0)] public required InstanceOutcomeKind Kind { get; init; }

    /// <summary>Who or why, as a phrase.</summary>
    [Id(1)] public required string Detail { get; init; }
}
