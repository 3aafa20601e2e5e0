using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>Health for supervisors: live is this process alone, ready is that it can serve.</summary>
public static class SiloHealth
{
    /// <summary>Maps <c>GET /health/live</c> and <c>GET /health/ready</c>.</summary>
    /// <param name="routes">Where.</param>
    public static void MapSiloHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Results.Text("live\n")).ExcludeFromDescription();
        routes.MapGet("/health/ready", ReadyAsync).ExcludeFromDescription();
    }

    static async Task<IResult> ReadyAsync(SiloReadiness readiness, IClusterIndex index, CancellationToken cancel)
    {
        if (!readiness.IsReady)
            return Results.Text("starting\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        try
        {
            await index.EventsAsync(new() { Limit = 1 }, cancel);
            return Results.Text("ready\n");
        }
        catch (StoreException e)
        {
            return Results.Text($"{e.Message}\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
