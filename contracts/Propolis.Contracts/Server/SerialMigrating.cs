namespace Propolis.Contracts.Server;

/// <summary>Where a serial console goes on after its VM has moved.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.SerialMigrating")]
public sealed record SerialMigrating
{
    /// <summary>The server to connect to, <c>ip:port</c>.</summary>
    [Id(0)] public required string Destination { get; init; }

    /// <summary>The offset to ask it for.</summary>
    [Id(1)] public required ulong FromStart { get; init; }
}
