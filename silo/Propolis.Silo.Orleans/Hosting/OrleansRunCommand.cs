using System.CommandLine;
using System.Net;
using Npgsql;
using Orleans.Configuration;
using Propolis.Silo.Hosting;
using Propolis.Silo.Orleans.Clustering;
using Propolis.Silo.Storage;
using Propolis.Telemetry;
using ClusterOptions = Propolis.Silo.Hosting.ClusterOptions;

namespace Propolis.Silo.Orleans.Hosting;

/// <summary><c>propolis-silo-orleans run</c>: one silo of an Orleans cluster in this process.</summary>
public static class OrleansRunCommand
{
    static readonly Option<string> Listen = new("--listen") { Description = "address and port of the API, port 0 for any free one", DefaultValueFactory = _ => "127.0.0.1:12480" };
    static readonly Option<string> Db = new("--db") { Description = "the cluster's PostgreSQL, a connection string (Host=...) or an address (postgres://...)", Required = true };
    static readonly Option<string> Silo = new("--silo") { Description = "address and port for other silos", DefaultValueFactory = _ => "127.0.0.1:12481" };
    static readonly Option<int> Gateway = new("--gateway-port") { Description = "port for Orleans clients, on the address of --silo; 0 for none", DefaultValueFactory = _ => 12482 };
    static readonly Option<LogFormat?> Log = new("--log") { Description = "log lines as text or json; what PROPOLIS_LOG_FORMAT says when absent" };

    /// <summary>The command for the command line.</summary>
    public static Command Make()
    {
        var command = new Command("run", "runs a silo until it is told to stop") { Listen, Db, Silo, Gateway, Log };
        command.SetAction(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        if (!IPEndPoint.TryParse(line.GetValue(Listen)!, out var listen))
            return Fail($"--listen is \"{line.GetValue(Listen)}\"; it must be an address and a port, such as 127.0.0.1:12480");
        if (!IPEndPoint.TryParse(line.GetValue(Silo)!, out var silo) || silo.Port == 0)
            return Fail($"--silo is \"{line.GetValue(Silo)}\"; it must be an address and a port, such as 127.0.0.1:12481");
        try
        {
            await using var database = await Databases.OpenAsync(line.GetValue(Db)!);
            if (database is not PostgresDatabase { Source: { } source })
                return Fail("--db must be a PostgreSQL database: an Orleans cluster shares it");
            await using var app = Build(database, source, new(listen, silo, line.GetValue(Gateway), line.GetValue(Log)));
            await app.Services.GetRequiredService<ClusterLease>().AcquireAsync(cancel);
            await app.Services.GetRequiredService<StaleMembers>().BuryAsync();
            await app.StartAsync(cancel);
            Console.WriteLine($"propolis-silo-orleans listens on {app.Urls.First()}");
            await app.WaitForShutdownAsync(cancel);
            return Environment.ExitCode;
        }
        catch (Exception e) when (e is StoreException or NpgsqlException or IOException or FormatException or OrleansException)
        {
            return Fail(e.Message);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    static WebApplication Build(IDatabase database, NpgsqlDataSource source, Endpoints endpoints)
    {
        var options = new ClusterOptions();
        var builder = SiloApp.CreateBuilder("propolis-silo-orleans", endpoints.Listen, endpoints.Logs);
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.Logging.AddFilter("Polly", LogLevel.Warning);
        builder.Services.AddSiloParts(database, options);
        builder.Services.AddSingleton(source);
        builder.Host.UseOrleans(silo => silo
            .Configure<EndpointOptions>(orleans => Apply(endpoints, orleans))
            .ConfigureTimes(options)
            .AddPropolisGrains()
            .AddPostgresCluster());
        var app = builder.Build();
        app.MapSilo();
        return app;
    }

    static void Apply(Endpoints endpoints, EndpointOptions options)
    {
        (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) = (endpoints.Silo.Address, endpoints.Silo.Port, endpoints.GatewayPort);
        options.SiloListeningEndpoint = endpoints.Silo;
        if (endpoints.GatewayPort > 0)
            options.GatewayListeningEndpoint = new(endpoints.Silo.Address, endpoints.GatewayPort);
    }

    static int Fail(string sentence)
    {
        Console.Error.WriteLine($"propolis-silo-orleans: {sentence}");
        return 1;
    }

    sealed record Endpoints(IPEndPoint Listen, IPEndPoint Silo, int GatewayPort, LogFormat? Logs);
}
