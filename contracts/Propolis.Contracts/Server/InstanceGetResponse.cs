namespace Propolis.Contracts.Server;

/// <summary><c>GET /instance</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceGetResponse")]
public sealed record InstanceGetResponse
{
    /// <summary>The VM.</summary>
    [Id(0)] public required Instance Instance { get; init; }
}
