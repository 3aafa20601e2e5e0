using Propolis.Contracts.Migrations;

namespace Propolis.Contracts.Server;

/// <summary><c>GET /migration</c>, which the original does not have: the newest migration of the server's VM, as this side knows it.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.MigrationStatus")]
public sealed record MigrationStatus
{
    /// <summary>Rises with every change of step, question or end; figures alone do not raise it.</summary>
    [Id(0)] public required ulong Gen { get; init; }

    /// <summary>Which migration.</summary>
    [Id(1)] public required Guid MigrationId { get; init; }

    /// <summary>Which side this is.</summary>
    [Id(2)] public required MigrationSide Side { get; init; }

    /// <summary>The figures.</summary>
    [Id(3)] public required MigrationProgress Progress { get; init; }

    /// <summary>Present while this side stands still and needs the decision.</summary>
    [Id(4)] public MigrationWait? Wait { get; init; }

    /// <summary>Present at the end: whether the guest moved.</summary>
    [Id(5)] public bool? HasMoved { get; init; }

    /// <summary>Why it did not.</summary>
    [Id(6)] public string? Reason { get; init; }
}
