using Propolis.Contracts.Migrations;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Server;

/// <summary><c>PUT /migration/decision</c>, which the original does not have: tells a side the one decision. It is final; the same again changes nothing.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.MigrationDecisionRequest")]
public sealed record MigrationDecisionRequest
{
    /// <summary>Which migration.</summary>
    [Id(0)] public required Guid MigrationId { get; init; }

    /// <summary><see cref="MigrationVerdict.Commit"/> or <see cref="MigrationVerdict.Abort"/>.</summary>
    [Id(1)] public required MigrationVerdict Verdict { get; init; }

    /// <summary>Backends that the VM opens from here on instead of its own, by key: fresh generations.</summary>
    [Id(2)] public SpecComponents? Backends { get; init; }
}
