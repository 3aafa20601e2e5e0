namespace Propolis.Contracts.Results;

/// <summary>Why something was not done.</summary>
[GenerateSerializer, Immutable, Alias("propolis.results.Refusal")]
public sealed record Refusal
{
    /// <summary>For programs.</summary>
    [Id(0)] public required RefusalCode Code { get; init; }

    /// <summary>For people: what, where, and what would be right.</summary>
    [Id(1)] public required string Detail { get; init; }
}
