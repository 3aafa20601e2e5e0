namespace Propolis.Contracts.Sleds;

/// <summary>Changes a sled's policy.</summary>
[GenerateSerializer, Immutable, Alias("propolis.sleds.SledPolicyCommand")]
public sealed record SledPolicyCommand
{
    /// <summary>Names the command in the events.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>Who asks.</summary>
    [Id(1)] public required string Actor { get; init; }

    /// <summary>The new policy.</summary>
    [Id(2)] public required SledPolicy Policy { get; init; }

    /// <summary>Why.</summary>
    [Id(3)] public string? Reason { get; init; }
}
