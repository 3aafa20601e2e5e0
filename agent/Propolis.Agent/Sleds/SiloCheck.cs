using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Propolis.Agent.Sleds;

/// <summary>Whether a silo answers. Without one an agent is degraded, not ill: its VMs run on and commands are obeyed.</summary>
/// <param name="agent">Speaks to silos.</param>
sealed class SiloCheck(SledAgent agent) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(agent.IsHeard ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded("no silo knows this sled yet, or none answers"));
}
