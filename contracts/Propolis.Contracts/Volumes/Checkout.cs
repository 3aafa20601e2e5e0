namespace Propolis.Contracts.Volumes;

/// <summary>One generation given out.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.Checkout")]
public sealed record Checkout
{
    /// <summary>The number; each is given once.</summary>
    [Id(0)] public required long Generation { get; init; }

    /// <summary>To whom.</summary>
    [Id(1)] public required VolumeHolder Holder { get; init; }

    /// <summary>In which attempt.</summary>
    [Id(2)] public required string OperationId { get; init; }

    /// <summary>Why.</summary>
    [Id(3)] public required string Reason { get; init; }

    /// <summary>When.</summary>
    [Id(4)] public required DateTimeOffset At { get; init; }
}
