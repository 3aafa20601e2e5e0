namespace Propolis.Contracts.Server;

/// <summary>Where a side of a migration waits for the other.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.MigrationReceiveResponse")]
public sealed record MigrationReceiveResponse
{
    /// <summary><c>ip:port</c>; not HTTP, but the migration's own protocol.</summary>
    [Id(0)] public required string Address { get; init; }
}
