using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Propolis.Telemetry;

/// <summary>
/// <c>GET /health/live</c>: the process answers (200 always; it looks at nothing outside the process). <c>GET /health/ready</c>: it can do its work (200, or 503 with the reasons).
/// </summary>
public static class HealthRoutes
{
    /// <summary>The tag of checks that decide on readiness.</summary>
    public const string ReadyTag = "ready";

    /// <summary>Liveness.</summary>
    public const string Live = "/health/live";

    /// <summary>Readiness.</summary>
    public const string Ready = "/health/ready";

    const string Metrics = "/metrics";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks(Live, new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).ExcludeFromDescription();
        routes.MapHealthChecks(Ready, new HealthCheckOptions { Predicate = check => check.Tags.Contains(ReadyTag), ResponseWriter = WriteAsync }).ExcludeFromDescription();
    }

    /// <summary>Requests that say nothing about the work, and would fill every trace.</summary>
    internal static bool IsProbe(PathString path) => path == Live || path == Ready || path == Metrics;

    static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", Word(report.Status));
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteString("status", Word(entry.Status));
            if (entry.Description is { } reason)
                json.WriteString("reason", reason);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
