using Microsoft.Extensions.Diagnostics.HealthChecks;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>Whether the silo can serve: it has woken its grains, and its database answers.</summary>
/// <param name="readiness">Knows of the grains.</param>
/// <param name="index">Reads the database.</param>
public sealed class SiloHealth(SiloReadiness readiness, IClusterIndex index) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!readiness.IsReady)
            return HealthCheckResult.Unhealthy("the silo is starting");
        try
        {
            await index.EventsAsync(new() { Limit = 1 }, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (StoreException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}
