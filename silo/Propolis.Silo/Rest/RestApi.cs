using Propolis.Contracts.Serialization;
using Propolis.OpenApi;
using System.Text.Json.Serialization;

namespace Propolis.Silo.Rest;

/// <summary>The silo's REST interface as a whole: what it needs, and its routes.</summary>
public static class RestApi
{
    /// <summary>The largest body.</summary>
    public const int LargestBody = 1024 * 1024;

    /// <summary>The name of the OpenAPI document, at <c>/openapi/{name}.json</c>.</summary>
    public const string DocumentName = "v1";

    static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Adds what the interface needs beside <see cref="Contracts.Hosting.IGrains"/>, <see cref="Storage.IClusterIndex"/>, <see cref="Sleds.ISledDirectory"/> and <see cref="TimeProvider"/>.</summary>
    /// <param name="services">The silo's services.</param>
    public static IServiceCollection AddSiloRest(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            PropolisJson.Apply(json.SerializerOptions);
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.AllowDuplicateProperties = false;
        });
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context => Problems.Complete(context.ProblemDetails));
        services.AddExceptionHandler<ProblemHandler>();
        services.AddSingleton<ISerialDialer, SerialDialer>();
        services.AddSiloOpenApi();
        return services;
    }

    /// <summary>Maps the interface; before it, errors become problem documents.</summary>
    /// <param name="app">The silo.</param>
    public static WebApplication MapSiloRest(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseWebSockets(new() { KeepAliveInterval = KeepAlive, KeepAliveTimeout = KeepAlive });
        app.Use(QueryValues.CheckAsync);
        app.MapGroup("/v1").MapInstances().MapSerial().MapVolumes().MapSleds().MapProjects().MapMigrations().MapRebalance().MapEvents();
        app.MapOpenApi();
        return app;
    }
}
