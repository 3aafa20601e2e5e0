using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Propolis.Crucible.Extents;

namespace Propolis.Crucible.Downstairs;

/// <summary>The repair HTTP server of a downstairs: what another one needs to copy an extent. Same paths as the original.</summary>
static class RepairEndpoints
{
    /// <summary>
    /// Maps the paths. <paramref name="ask"/> runs a question while nothing changes the region.
    /// </summary>
    public static void MapRepair(this IEndpointRouteBuilder routes, Func<Func<Region, DownstairsCore, object>, object> ask)
    {
        routes.MapGet("/region-info", () => Results.Text((string)ask((region, _) => RegionFile.Format(region.Definition)), "application/json"));
        routes.MapGet("/region-mode", () => (bool)ask((region, _) => region.ReadOnly));
        routes.MapGet("/work", () => new { waiting = (int)ask((_, core) => core.WaitingJobs), active = (int)ask((_, core) => core.ActiveSessions) });
        routes.MapGet("/extent/{extent}/repair-ready", (uint extent) =>
            Known(ask, extent) ? Results.Json((bool)ask((region, _) => region.ReadOnly || !region.IsOpen(extent))) : Results.NotFound());
        routes.MapGet("/extent/{extent}/files", (uint extent) =>
            Known(ask, extent) ? Results.Json(new[] { RegionPaths.ExtentName(extent) }) : Results.NotFound());
        routes.MapGet("/newextent/{extent}/{type}", (uint extent, string type) =>
            type == "data" && Known(ask, extent)
                ? Results.File((string)ask((region, _) => region.Paths.Extent(extent)), "application/octet-stream")
                : Results.NotFound());
    }

    static bool Known(Func<Func<Region, DownstairsCore, object>, object> ask, uint extent) =>
        (bool)ask((region, _) => extent < region.Definition.ExtentCount);
}
