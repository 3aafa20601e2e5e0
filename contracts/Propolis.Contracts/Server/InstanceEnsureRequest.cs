namespace Propolis.Contracts.Server;

/// <summary><c>PUT /instance</c>: makes the server's one VM.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceEnsureRequest")]
public sealed record InstanceEnsureRequest
{
    /// <summary>What it is called.</summary>
    [Id(0)] public required InstanceProperties Properties { get; init; }

    /// <summary>Where it comes from.</summary>
    [Id(1)] public required InstanceInitializationMethod Init { get; init; }
}
