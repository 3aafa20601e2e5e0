using Microsoft.AspNetCore.Server.Kestrel.Core;
using Propolis.Contracts.Serialization;
using Propolis.OpenApi;
using Propolis.Server.Instances;
using Propolis.Server.Machines;
using Propolis.Server.Metrics;
using Propolis.Server.Migrations;
using Propolis.Server.Rest;
using Propolis.Telemetry;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Server.Hosting;

/// <summary>Puts the server together: its services, its middleware and its operations.</summary>
static class ServerHost
{
    /// <summary>Longest body that is read.</summary>
    public const int MaxBodyBytes = 1 << 20;

    /// <summary>How long requests may take to end when the process does.</summary>
    static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(20);

    /// <summary>Builds the server; it listens when started.</summary>
    public static WebApplication Build(ServerOptions options, IMachineFactory machines, IHypervisor hypervisor, TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.AddPropolisTelemetry("propolis-server", options.Logs);
        builder.Logging.SetMinimumLevel(options.Level);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Listen, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.AddServerHeader = false;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json => PropolisJson.Apply(json.SerializerOptions));
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton(hypervisor);
        builder.Services.AddSingleton(machines);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(options.Devices);
        builder.Services.AddSingleton<MigrationDesk>();
        builder.Services.AddSingleton<MigrationSources>();
        builder.Services.AddSingleton<MigrationTargets>();
        builder.Services.AddHealthChecks().AddCheck<HypervisorCheck>("hypervisor", tags: [HealthRoutes.ReadyTag]);
        builder.Services.AddSingleton<InstanceSlot>();
        builder.Services.AddSingleton<ServerMeter>();
        builder.Services.AddSingleton<StoppingToken>();
        builder.Services.AddServerOpenApi();
        builder.Services.AddHostedService<InstanceShutdown>();
        var app = builder.Build();
        Map(app);
        return app;
    }

    static void Map(WebApplication app)
    {
        // Instruments exist from the start, not from the first who asks.
        _ = app.Services.GetRequiredService<ServerMeter>();
        app.UseMiddleware<ErrorAnswers>();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = KeepAliveInterval });
        app.Use(ApiVersions.CheckAsync);
        app.Use(QueryValues.CheckAsync);
        app.MapInstance();
        app.MapSerial();
        app.MapDisks();
        app.MapMigration();
        app.MapHealthAndMetrics();
        app.MapOpenApi();
    }
}
