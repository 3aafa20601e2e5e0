using Microsoft.Extensions.Diagnostics.HealthChecks;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Server.Hosting;

/// <summary>The server is ready when its hypervisor can be used.</summary>
sealed class HypervisorCheck(IHypervisor hypervisor) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = hypervisor.Probe();
        return Task.FromResult(status.IsUsable ? HealthCheckResult.Healthy(status.Reason) : HealthCheckResult.Unhealthy(status.Reason));
    }
}
