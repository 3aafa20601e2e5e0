using System.CommandLine;
using System.Net;
using Propolis.Contracts.Serialization;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary><c>propolis-silo run</c>: one silo in this process.</summary>
public static class RunCommand
{
    const int LargestBody = 1024 * 1024;

    static readonly Option<string> Listen = new("--listen") { Description = "address and port of the API, port 0 for any free one", DefaultValueFactory = _ => "127.0.0.1:12480" };
    static readonly Option<string> Db = new("--db") { Description = "an SQLite file, or a PostgreSQL connection string (Host=...) or address (postgres://...)", DefaultValueFactory = _ => "propolis.db" };

    /// <summary>The command for the command line.</summary>
    public static Command Make()
    {
        var command = new Command("run", "runs a silo until it is told to stop") { Listen, Db };
        command.SetAction((line, cancel) => RunAsync(line.GetValue(Listen)!, line.GetValue(Db)!, cancel));
        return command;
    }

    static async Task<int> RunAsync(string listen, string db, CancellationToken cancel)
    {
        if (!IPEndPoint.TryParse(listen, out var endpoint))
            return Fail($"--listen is \"{listen}\"; it must be an address and a port, such as 127.0.0.1:12480");
        try
        {
            await using var database = await Databases.OpenAsync(db);
            await using var app = Build(database, endpoint);
            await app.Services.GetRequiredService<SiloLease>().AcquireAsync(SiloLease.ThisProcess(), cancel);
            await app.StartAsync(cancel);
            Console.WriteLine($"propolis-silo listens on {app.Urls.First()}");
            await app.WaitForShutdownAsync(cancel);
            return Environment.ExitCode;
        }
        catch (Exception e) when (e is StoreException or IOException)
        {
            return Fail(e.Message);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    static WebApplication Build(IDatabase database, IPEndPoint endpoint)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Listen(endpoint);
        });
        builder.Services.ConfigureHttpJsonOptions(json => PropolisJson.Apply(json.SerializerOptions));
        builder.Services.AddProblemDetails();
        builder.Services.AddInProcessSilo(database, new ClusterOptions());
        var app = builder.Build();
        app.UseExceptionHandler();
        app.MapSiloHealth();
        app.MapGrainCalls();
        return app;
    }

    static int Fail(string sentence)
    {
        Console.Error.WriteLine($"propolis-silo: {sentence}");
        return 1;
    }
}
