namespace Propolis.Contracts.Server;

/// <summary><c>GET /instance/disk/{id}/status</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.VolumeStatus")]
public sealed record VolumeStatus
{
    /// <summary>The tree of a volume's parts.</summary>
    [Id(0)] public required VolumeInfo VolumeInfo { get; init; }
}
