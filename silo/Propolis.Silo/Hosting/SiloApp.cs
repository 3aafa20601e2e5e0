using System.Net;
using Propolis.Silo.Rest;
using Propolis.Silo.Storage;
using Propolis.Telemetry;

namespace Propolis.Silo.Hosting;

/// <summary>A whole silo as one web application: grains in process, REST, grain calls, health and metrics.</summary>
public static class SiloApp
{
    /// <summary>Puts it together; the caller takes the lease (<see cref="SiloLease"/>) and starts it.</summary>
    /// <param name="database">The database; the caller closes it after the silo.</param>
    /// <param name="endpoint">Where the API listens; port 0 for any free one.</param>
    /// <param name="options">Times and limits.</param>
    /// <param name="logs">How log lines look; what the environment says when null.</param>
    /// <param name="change">Changes the services, for tests.</param>
    public static WebApplication Build(IDatabase database, IPEndPoint endpoint, ClusterOptions options, LogFormat? logs = null, Action<WebApplicationBuilder>? change = null)
    {
        var builder = CreateBuilder("propolis-silo", endpoint, logs);
        builder.Services.AddInProcessSilo(database, options);
        change?.Invoke(builder);
        var app = builder.Build();
        app.MapSilo();
        return app;
    }

    /// <summary>A web host with all that silos serve, whichever host their grains have.</summary>
    /// <param name="program">The program's name, for logs and traces.</param>
    /// <param name="endpoint">Where the API listens.</param>
    /// <param name="logs">How log lines look; what the environment says when null.</param>
    public static WebApplicationBuilder CreateBuilder(string program, IPEndPoint endpoint, LogFormat? logs)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddPropolisTelemetry(program, logs);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = RestApi.LargestBody;
            kestrel.Listen(endpoint);
        });
        builder.Services.AddSiloRest();
        builder.Services.AddHealthChecks().AddCheck<SiloHealth>("silo", tags: [HealthRoutes.ReadyTag]);
        return builder;
    }

    /// <summary>Maps REST, health, metrics and grain calls.</summary>
    /// <param name="app">The silo.</param>
    public static void MapSilo(this WebApplication app)
    {
        app.MapSiloRest();
        app.MapHealthAndMetrics();
        app.MapGrainCalls();
    }
}
