namespace Propolis.Contracts.Server;

/// <summary>A VM that is received from another server.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.MigrationTargetInitialization")]
public sealed record MigrationTargetInitialization : InstanceInitializationMethod
{
    /// <summary>The migration both sides name.</summary>
    [Id(0)] public required Guid MigrationId { get; init; }

    /// <summary>The source server, <c>ip:port</c>.</summary>
    [Id(1)] public required string SrcAddr { get; init; }

    /// <summary>Backends that differ on this side, by key.</summary>
    [Id(2)] public required ReplacementComponents ReplaceComponents { get; init; }
}
