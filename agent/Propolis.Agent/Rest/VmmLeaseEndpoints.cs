using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Propolis.Agent.Vmms;
using Propolis.Agent.Volumes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;

namespace Propolis.Agent.Rest;

/// <summary>Tells a VMM's server whether the generations of its disks are the newest.</summary>
static class VmmLeaseEndpoints
{
    /// <summary>Maps it.</summary>
    public static IEndpointRouteBuilder MapVmmLeases(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(AgentRoutes.Vmms + "/{instance}/{incarnation}/leases/{backend}", AskAsync).WithTags("vmms").ProducesProblem(StatusCodes.Status400BadRequest)
            .WithName("vmm_lease_get").WithSummary("Whether a generation of a VMM's Crucible disk is the newest of its volume; asked by the VMM's own server");
        return routes;
    }

    static async Task<Ok<LeaseStatus>> AskAsync(string instance, string incarnation, string backend, string? generation, SledVmms vmms, IGrains grains)
    {
        if (!long.TryParse(generation, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new BadRequestException($"generation is \"{generation}\"; it must be a whole number");
        var disk = vmms.Find(RequestReading.Key(instance, incarnation))?.Record.Request.Disks.FirstOrDefault(one => one.Backend.Value == backend);
        return TypedResults.Ok(new LeaseStatus { Verdict = await Leases.AskAsync(grains, disk?.Volume, number) });
    }
}
