using Propolis.Contracts.Serialization;
using Propolis.Silo.Placement;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Hosting;

/// <summary>The rebalancer, which only tells what it would do.</summary>
public static class RebalanceEndpoint
{
    /// <summary>Maps <c>GET /v1/rebalance</c>: a plan of moves from the fullest sleds to the emptiest.</summary>
    /// <param name="routes">Where.</param>
    public static void MapRebalance(this IEndpointRouteBuilder routes) => routes.MapGet(
        "/v1/rebalance", async (ISledDirectory directory) => Results.Json(RebalanceRules.Plan(await directory.SledsAsync()), PropolisJson.Options)).ExcludeFromDescription();
}
