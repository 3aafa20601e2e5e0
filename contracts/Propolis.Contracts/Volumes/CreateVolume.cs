namespace Propolis.Contracts.Volumes;

/// <summary>Makes the volume of the grain's key.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.CreateVolume")]
public sealed record CreateVolume
{
    /// <summary>Repeated with the same id, it changes nothing and gets the same answer.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>Who asks.</summary>
    [Id(1)] public required string Actor { get; init; }

    /// <summary>What.</summary>
    [Id(2)] public required VolumeTemplate Template { get; init; }
}
