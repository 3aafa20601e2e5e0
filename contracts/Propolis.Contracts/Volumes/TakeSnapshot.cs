namespace Propolis.Contracts.Volumes;

/// <summary>Asks for a snapshot of a volume that a VM has open.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.TakeSnapshot")]
public sealed record TakeSnapshot
{
    /// <summary>Repeated with the same id, it changes nothing and gets the same answer.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>Who asks.</summary>
    [Id(1)] public required string Actor { get; init; }

    /// <summary>Its name in the volume.</summary>
    [Id(2)] public required string Name { get; init; }
}
