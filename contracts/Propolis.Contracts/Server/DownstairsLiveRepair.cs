namespace Propolis.Contracts.Server;

/// <summary>Being repaired while in use.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.DownstairsLiveRepair")]
public sealed record DownstairsLiveRepair : DownstairsInfoStatus;
