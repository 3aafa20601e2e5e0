using Microsoft.AspNetCore.Http.HttpResults;
using Propolis.Agent.Regions;
using Propolis.Contracts.Agents;

namespace Propolis.Agent.Rest;

/// <summary>Crucible regions over REST: the routes and rules of <see cref="AgentRoutes"/>.</summary>
static class RegionEndpoints
{
    /// <summary>Maps them.</summary>
    public static IEndpointRouteBuilder MapRegions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("regions").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapGet(AgentRoutes.Regions, (SledRegions regions) => TypedResults.Ok(regions.All()))
            .WithName("region_list").WithSummary("All Crucible regions of the sled");
        group.MapGet(AgentRoutes.RegionPattern, (Guid region, SledRegions regions) => TypedResults.Ok(regions.Get(region)))
            .WithName("region_get").WithSummary("What a region does");
        group.MapPut(AgentRoutes.RegionPattern, EnsureAsync).Accepts<RegionEnsureRequest>("application/json")
            .WithName("region_ensure").WithSummary("Makes a region and serves it; repeated, it changes nothing");
        group.MapDelete(AgentRoutes.RegionPattern, async (Guid region, SledRegions regions) => TypedResults.Ok(await regions.RemoveAsync(region)))
            .WithName("region_remove").WithSummary("Ends a region's server and removes its files");
        group.MapDelete(AgentRoutes.RegionPattern + "/snapshots/{snapshot:guid}", async (Guid region, Guid snapshot, SledRegions regions, CancellationToken aborted) =>
                TypedResults.Ok(await regions.RemoveSnapshotAsync(region, snapshot, aborted)))
            .WithName("region_snapshot_remove").WithSummary("Removes a snapshot of a region; repeated, it changes nothing");
        return routes;
    }

    static async Task<Ok<RegionReply>> EnsureAsync(Guid region, HttpRequest request, SledRegions regions) =>
        TypedResults.Ok(await regions.EnsureAsync(region, await RequestReading.BodyAsync<RegionEnsureRequest>(request)));
}
