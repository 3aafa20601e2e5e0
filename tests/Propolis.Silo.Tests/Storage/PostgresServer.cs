using System.Diagnostics;
using Dapper;
using Npgsql;

namespace Propolis.Silo.Tests.Storage;

/// <summary>A PostgreSQL server of its own for a class of tests, in a temporary directory, reached by a Unix socket; stopped and removed at the end.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    const string Binaries = "/usr/lib/postgresql/15/bin";
    const string User = "propolis";

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("propolis-pg-");
    Process? _server;
    int _databases;

    /// <summary>Why there is no server; null when there is one.</summary>
    public string? WhyNot { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists($"{Binaries}/postgres"))
        {
            WhyNot = $"PostgreSQL 15 is not installed in {Binaries}";
            return;
        }
        if (Environment.UserName == "root" && !File.Exists("/usr/bin/setpriv"))
        {
            WhyNot = "PostgreSQL does not run as root, and setpriv is not there to change the user";
            return;
        }
        if (Environment.UserName == "root")
            await RunAsync("/bin/chown", ["nobody", _directory.FullName]);
        var data = Path.Combine(_directory.FullName, "data");
        await RunAsync(Command($"{Binaries}/initdb"), Arguments($"{Binaries}/initdb", ["-D", data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]));
        var arguments = Arguments($"{Binaries}/postgres", ["-D", data, "-k", _directory.FullName, "-c", "listen_addresses=", "-c", "fsync=off"]);
        _server = Process.Start(ChildProgram.Of($"{Binaries}/postgres", Command($"{Binaries}/postgres"), arguments))!;
        _server.ErrorDataReceived += (_, _) => { };
        _server.BeginErrorReadLine();
        await WaitAsync();
    }

    /// <summary>A new empty database's connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.ExecuteAsync($"create database {name}");
        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_server is not null)
        {
            // SIGINT asks for a fast shutdown; setpriv has become the server, so the process is the right one.
            await RunAsync("/bin/kill", ["-INT", $"{_server.Id}"]);
            await _server.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            _server.Dispose();
        }
        _directory.Delete(recursive: true);
    }

    static string Command(string program) => Environment.UserName == "root" ? "/usr/bin/setpriv" : program;

    static string[] Arguments(string program, string[] arguments) =>
        Environment.UserName == "root" ? ["--reuid=nobody", "--regid=nogroup", "--clear-groups", program, .. arguments] : arguments;

    static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} failed: {await output}{await error}");
    }

    async Task WaitAsync()
    {
        var until = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (DateTime.UtcNow < until)
            {
                await Task.Delay(100);
            }
        }
    }

    string ConnectionString(string database) => $"Host={_directory.FullName};Username={User};Database={database};Maximum Pool Size=20";
}
