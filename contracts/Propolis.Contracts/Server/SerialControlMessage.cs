namespace Propolis.Contracts.Server;

/// <summary>A text frame of the serial WebSocket, from server to client. Exactly one member is present; a client ignores what it does not know.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.SerialControlMessage")]
public sealed record SerialControlMessage
{
    /// <summary>The VM has moved: go on over there.</summary>
    [Id(0)] public SerialMigrating? Migrating { get; init; }

    /// <summary>
    /// How many bytes of what this client typed the guest's receiver has taken so far. Only for a client that asked with <c>typed=true</c> (an addition of ours): what is not taken when
    /// the VM moves is for the client to type again over there.
    /// </summary>
    [Id(1)] public ulong? Typed { get; init; }
}
