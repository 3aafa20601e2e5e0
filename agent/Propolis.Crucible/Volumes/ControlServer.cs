using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Propolis.Crucible.Volumes;

/// <summary>The control HTTP of one region set, for operators: <c>GET /info</c> and <c>GET /work</c>, as the original has them. It changes nothing.</summary>
public sealed class ControlServer : IAsyncDisposable
{
    readonly WebApplication _application;

    ControlServer(WebApplication application, IPEndPoint address) => (_application, Address) = (application, address);

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Listens; port 0 takes a free one.</summary>
    /// <exception cref="IOException">The address cannot be used.</exception>
    public static async Task<ControlServer> StartAsync(RegionSet set, IPEndPoint address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address));
        var application = builder.Build();
        application.MapGet("/info", () => Results.Json(ControlInfo.Of(set.Status), ControlInfo.Json));
        application.MapGet("/work", () => Results.Json(new { jobs = set.Work.Select(ControlJob.Of), completed = Array.Empty<ControlJob>() }, ControlInfo.Json));
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        var bound = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new ControlServer(application, new IPEndPoint(address.Address, new Uri(bound).Port));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }
}
