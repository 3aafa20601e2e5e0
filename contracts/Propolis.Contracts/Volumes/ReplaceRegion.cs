namespace Propolis.Contracts.Volumes;

/// <summary>Asks to replace a region by a new one on another sled; a running guest goes on meanwhile.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.ReplaceRegion")]
public sealed record ReplaceRegion
{
    /// <summary>Repeated with the same id, it changes nothing and gets the same answer.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>Who asks.</summary>
    [Id(1)] public required string Actor { get; init; }

    /// <summary>Which.</summary>
    [Id(2)] public required Guid Region { get; init; }

    /// <summary>Why.</summary>
    [Id(3)] public string? Reason { get; init; }
}
