namespace Propolis.Contracts.Server;

/// <summary>Being connected to.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.DownstairsConnecting")]
public sealed record DownstairsConnecting : DownstairsInfoStatus
{
    /// <summary>Why.</summary>
    [Id(0)] public required DownstairsInfoConnectionMode Mode { get; init; }

    /// <summary>How far.</summary>
    [Id(1)] public required DownstairsInfoNegotiationStatus State { get; init; }
}
