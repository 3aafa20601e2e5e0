namespace Propolis.Contracts.Server;

/// <summary>A text frame of the serial WebSocket, from server to client. Exactly one member is present; a client ignores what it does not know.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.SerialControlMessage")]
public sealed record SerialControlMessage
{
    /// <summary>The VM has moved: go on over there.</summary>
    [Id(0)] public SerialMigrating? Migrating { get; init; }
}
