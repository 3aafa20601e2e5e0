using Propolis.Contracts.Migrations;

namespace Propolis.Contracts.Server;

/// <summary><c>PUT /migration/source</c>, which the original does not have: sends the server's guest to a server that waits for it. Who asked decides whether the guest moves.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.MigrationSendRequest")]
public sealed record MigrationSendRequest
{
    /// <summary>The migration both sides name. Asked for again, it changes nothing.</summary>
    [Id(0)] public required Guid MigrationId { get; init; }

    /// <summary>Where the target waits (<see cref="MigrationReceiveResponse"/>).</summary>
    [Id(1)] public required string TargetAddress { get; init; }

    /// <summary>The target's REST interface, <c>ip:port</c>: serial clients are told to go there. Absent, they are only let go.</summary>
    [Id(2)] public string? TargetServer { get; init; }

    /// <summary>How memory is copied.</summary>
    [Id(3)] public MigrationPolicy Policy { get; init; } = new();
}
