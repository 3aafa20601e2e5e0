using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;

namespace Propolis.Silo.Orleans.Tests.Processes;

/// <summary>Some paper sleds behind one port.</summary>
sealed class PaperSleds : IAsyncDisposable
{
    readonly PaperSled[] _sleds;
    readonly WebApplication _app;
    readonly CancellationTokenSource _stop = new();
    Task _lives = Task.CompletedTask;

    PaperSleds(int count, IReadOnlyList<IGrains> silos)
    {
        _sleds = [.. Enumerable.Range(0, count).Select(i => new PaperSled($"paper-{i}", silos))];
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        foreach (var sled in _sleds)
            sled.Map(_app);
    }

    /// <summary>The guests that run, each as often as it runs.</summary>
    public IReadOnlyList<InstanceId> Running => [.. _sleds.SelectMany(sled => sled.Running)];

    /// <summary>Starts sleds that know the silos.</summary>
    public static async Task<PaperSleds> StartAsync(int count, IReadOnlyList<IGrains> silos)
    {
        var sleds = new PaperSleds(count, silos);
        await sleds._app.StartAsync();
        var address = new Uri(sleds._app.Urls.First());
        sleds._lives = Task.WhenAll(sleds._sleds.Select(sled => sled.LiveAsync(address, sleds._stop.Token)));
        return sleds;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _lives;
        await _app.DisposeAsync();
        _stop.Dispose();
    }
}
