namespace Propolis.Contracts.Server;

/// <summary>The spec has not come from the source yet.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.WaitingForMigrationSource")]
public sealed record WaitingForMigrationSource : InstanceSpecStatus;
