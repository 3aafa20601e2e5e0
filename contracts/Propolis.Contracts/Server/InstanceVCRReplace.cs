namespace Propolis.Contracts.Server;

/// <summary><c>PUT /instance/disk/{id}/vcr</c>: a new volume construction request.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceVCRReplace")]
public sealed record InstanceVCRReplace
{
    /// <summary>The request as JSON text.</summary>
    [Id(0)] public required string VcrJson { get; init; }
}
