using System.Net;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Server.Rest;

/// <summary>Whether the process lives, and whether it could make a VM.</summary>
static class HealthEndpoints
{
    /// <summary>Adds them.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", () => TypedResults.Text("live")).ExcludeFromDescription();
        routes.MapGet("/healthz/ready", Ready).ExcludeFromDescription();
    }

    static IResult Ready(IHypervisor hypervisor, StoppingToken stopping)
    {
        stopping.Check();
        return hypervisor.Probe() is { IsUsable: false } status
            ? throw new ServerException(HttpStatusCode.ServiceUnavailable, status.Reason)
            : TypedResults.Text("ready");
    }
}
