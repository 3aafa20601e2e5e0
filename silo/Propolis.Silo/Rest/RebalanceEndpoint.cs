using Microsoft.AspNetCore.Http.HttpResults;
using Propolis.Silo.Placement;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Rest;

/// <summary><c>/v1/rebalance</c>: what a rebalancer would do. It only tells.</summary>
public static class RebalanceEndpoint
{
    /// <summary>Maps it.</summary>
    /// <param name="routes">The routes of <c>/v1</c>.</param>
    public static IEndpointRouteBuilder MapRebalance(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rebalance", PlanAsync).WithName("rebalance_plan").WithTags("sleds")
            .WithSummary("moves from the fullest sleds to the emptiest that would level their load; nothing is done");
        return routes;
    }

    static async Task<Ok<RebalancePlan>> PlanAsync(ISledDirectory directory) => TypedResults.Ok(RebalanceRules.Plan(await directory.SledsAsync()));
}
