namespace Propolis.Contracts.Server;

/// <summary><c>GET /instance/outcome</c>, which the original does not have.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.InstanceOutcomeResponse")]
public sealed record InstanceOutcomeResponse
{
    /// <summary>Absent while the VM is not over.</summary>
    [Id(0)] public InstanceOutcome? Outcome { get; init; }
}
