namespace Propolis.Contracts.Server;

/// <summary><c>GET /instance/spec</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceSpecGetResponse")]
public sealed record InstanceSpecGetResponse
{
    /// <summary>What it is called.</summary>
    [Id(0)] public required InstanceProperties Properties { get; init; }

    /// <summary>What it does.</summary>
    [Id(1)] public required InstanceState State { get; init; }

    /// <summary>What it is made of, when known.</summary>
    [Id(2)] public required InstanceSpecStatus Spec { get; init; }
}
