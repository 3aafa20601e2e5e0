namespace Propolis.Contracts.Server;

/// <summary>The answer to <c>PUT /instance</c>, with status 201.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceEnsureResponse")]
public sealed record InstanceEnsureResponse
{
    /// <summary>Present when the VM is a migration target.</summary>
    [Id(0)] public InstanceMigrateInitiateResponse? Migrate { get; init; }
}
