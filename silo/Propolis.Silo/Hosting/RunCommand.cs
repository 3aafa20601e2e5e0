using System.CommandLine;
using System.Net;
using Propolis.Silo.Storage;
using Propolis.Telemetry;

namespace Propolis.Silo.Hosting;

/// <summary><c>propolis-silo run</c>: one silo in this process.</summary>
public static class RunCommand
{
    static readonly Option<string> Listen = new("--listen") { Description = "address and port of the API, port 0 for any free one", DefaultValueFactory = _ => "127.0.0.1:12480" };
    static readonly Option<string> Db = new("--db") { Description = "an SQLite file, or a PostgreSQL connection string (Host=...) or address (postgres://...)", DefaultValueFactory = _ => "propolis.db" };

    static readonly Option<LogFormat?> Log = new("--log") { Description = "log lines as text or json; what PROPOLIS_LOG_FORMAT says when absent" };

    /// <summary>The command for the command line.</summary>
    public static Command Make()
    {
        var command = new Command("run", "runs a silo until it is told to stop") { Listen, Db, Log };
        command.SetAction((line, cancel) => RunAsync(line.GetValue(Listen)!, line.GetValue(Db)!, line.GetValue(Log), cancel));
        return command;
    }

    static async Task<int> RunAsync(string listen, string db, LogFormat? logs, CancellationToken cancel)
    {
        if (!IPEndPoint.TryParse(listen, out var endpoint))
            return Fail($"--listen is \"{listen}\"; it must be an address and a port, such as 127.0.0.1:12480");
        try
        {
            await using var database = await Databases.OpenAsync(db);
            await using var app = SiloApp.Build(database, endpoint, new ClusterOptions(), logs);
            await app.Services.GetRequiredService<SiloLease>().AcquireAsync(SiloLease.ThisProcess(), cancel);
            await app.StartAsync(cancel);
            Console.WriteLine($"propolis-silo listens on {app.Urls.First()}");
            await app.WaitForShutdownAsync(cancel);
            return Environment.ExitCode;
        }
        catch (Exception e) when (e is StoreException or IOException or FormatException)
        {
            return Fail(e.Message);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    static int Fail(string sentence)
    {
        Console.Error.WriteLine($"propolis-silo: {sentence}");
        return 1;
    }
}
