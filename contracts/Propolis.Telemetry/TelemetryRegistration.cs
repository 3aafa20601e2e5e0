using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Propolis.Telemetry;

/// <summary>
/// What silo, agent and server show of themselves, alike in all three: logs, metrics, traces and health. Traces of incoming and outgoing
/// requests, and of every <see cref="System.Diagnostics.ActivitySource"/> and meter named <c>Propolis.*</c>, go to an OTLP collector when
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one; the trace context (<c>traceparent</c>) is passed on to others either way.
/// </summary>
public static class TelemetryRegistration
{
    /// <summary>The environment variable that names the collector; OpenTelemetry's own.</summary>
    public const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    const string OurNames = "Propolis.*";

    /// <summary>Adds logs, traces, metrics and health checks. Checks with the tag <see cref="HealthRoutes.ReadyTag"/> decide on readiness.</summary>
    /// <param name="builder">The program.</param>
    /// <param name="serviceName">What it calls itself, <c>propolis-silo</c>.</param>
    /// <param name="logs">How its log lines look.</param>
    public static IHostApplicationBuilder AddPropolisTelemetry(this IHostApplicationBuilder builder, string serviceName, LogFormat? logs = null)
    {
        builder.Logging.UsePropolisLogs(logs ?? LogFormats.FromEnvironment(Environment.GetEnvironmentVariable));
        builder.Services.AddHealthChecks();
        var hasCollector = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(CollectorVariable));
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(serviceName, serviceVersion: Version()))
            .WithMetrics(metrics => AddMetrics(metrics, hasCollector));
        if (hasCollector)
            telemetry.WithTracing(AddTraces);
        return builder;
    }

    /// <summary>Maps <see cref="HealthRoutes"/> and the Prometheus text at <c>/metrics</c>.</summary>
    /// <param name="routes">The program's routes.</param>
    public static IEndpointRouteBuilder MapHealthAndMetrics(this IEndpointRouteBuilder routes)
    {
        HealthRoutes.Map(routes);
        routes.MapPrometheusScrapingEndpoint();
        return routes;
    }

    static void AddMetrics(MeterProviderBuilder metrics, bool hasCollector)
    {
        metrics.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddMeter("System.Runtime", OurNames).AddPrometheusExporter();
        if (hasCollector)
            metrics.AddOtlpExporter();
    }

    static void AddTraces(TracerProviderBuilder traces) => traces
        .AddSource(OurNames)
        .AddAspNetCoreInstrumentation(options => options.Filter = context => !HealthRoutes.IsProbe(context.Request.Path))
        .AddHttpClientInstrumentation()
        .AddOtlpExporter();

    static string? Version() => typeof(TelemetryRegistration).Assembly.GetName().Version?.ToString();
}
