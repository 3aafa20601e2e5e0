namespace Propolis.Contracts.Server;

/// <summary>In use.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.DownstairsActive")]
public sealed record DownstairsActive : DownstairsInfoStatus;
