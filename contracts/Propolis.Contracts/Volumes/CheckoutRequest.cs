namespace Propolis.Contracts.Volumes;

/// <summary>Asks for a generation to open a volume with.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.CheckoutRequest")]
public sealed record CheckoutRequest
{
    /// <summary>Names the attempt in the history.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>Who will open it.</summary>
    [Id(1)] public required VolumeHolder Holder { get; init; }

    /// <summary>Why: <c>start</c>, <c>migration</c>, <c>rollback</c>.</summary>
    [Id(2)] public required string Reason { get; init; }
}
