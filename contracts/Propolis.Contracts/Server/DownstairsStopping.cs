namespace Propolis.Contracts.Server;

/// <summary>Being let go.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.DownstairsStopping")]
public sealed record DownstairsStopping : DownstairsInfoStatus;
