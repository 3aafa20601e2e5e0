using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Propolis.Contracts.Hosting;
using Propolis.Silo.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Cli.Tests.EndToEnd;

/// <summary>A whole silo on SQLite with sleds of paper, for tests through the whole program.</summary>
public sealed class PaperCluster : IAsyncLifetime
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("propolis-cli-");
    IDatabase _database = null!;
    WebApplication _app = null!;

    internal PaperSleds Sleds { get; private set; } = null!;

    public Uri Address => new(_app.Urls.Single());

    public async ValueTask InitializeAsync()
    {
        _database = await Databases.OpenAsync(Path.Combine(_folder.FullName, "silo.db"));
        Sleds = new PaperSleds(() => _app.Services.GetRequiredService<IGrains>(), "1", "2", "3");
        _app = SiloApp.Build(_database, new(IPAddress.Loopback, 0), new(), change: builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Critical);
            builder.Services.AddSingleton<ISledClient>(Sleds);
        });
        await _app.Services.GetRequiredService<SiloLease>().AcquireAsync(SiloLease.ThisProcess());
        await _app.StartAsync();
        await Sleds.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Sleds.DisposeAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
