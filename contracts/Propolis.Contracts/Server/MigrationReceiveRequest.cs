using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Server;

/// <summary>
/// <c>PUT /migration/target</c>, which the original does not have: makes the server's VM, which does not start but waits for its guest to come from another server. Who asked decides whether the
/// guest moves (<see cref="MigrationDecisionRequest"/>).
/// </summary>
[GenerateSerializer, Immutable, Alias("propolis.server.MigrationReceiveRequest")]
public sealed record MigrationReceiveRequest
{
    /// <summary>The migration both sides name.</summary>
    [Id(0)] public required Guid MigrationId { get; init; }

    /// <summary>What the VM is called.</summary>
    [Id(1)] public required InstanceProperties Properties { get; init; }

    /// <summary>What it is made of: the source's spec, but for its backends.</summary>
    [Id(2)] public required InstanceSpec Spec { get; init; }
}
