using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>The silo's life: wakes the grains that have work to do, keeps the lease beating, and ends the process when the lease is lost.</summary>
/// <param name="lease">The lease, taken before the host starts.</param>
/// <param name="grains">The grains.</param>
/// <param name="store">Their records.</param>
/// <param name="readiness">Told when all are awake.</param>
/// <param name="time">The clock.</param>
/// <param name="host">The process.</param>
/// <param name="log">For operators.</param>
public sealed partial class SiloLife(
    SiloLease lease, InProcessHost grains, EntityStore store, SiloReadiness readiness, TimeProvider time, IHostApplicationLifetime host, ILogger<SiloLife> log) : BackgroundService
{
    static readonly TimeSpan BeatEvery = SiloLease.Length / 5;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        readiness.IsReady = false;
        await base.StopAsync(cancellationToken);
        await grains.DisposeAsync();
        try
        {
            await lease.ReleaseAsync();
        }
        catch (StoreException e)
        {
            NotReleased(e);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var waking = WakeAsync(stoppingToken);
        using var timer = new PeriodicTimer(BeatEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await BeatAsync();
        }
        catch (OperationCanceledException)
        {
        }
        catch (LeaseLostException e)
        {
            Lost(e);
            Environment.ExitCode = 1;
            host.StopApplication();
        }
        await waking;
    }

    async Task WakeAsync(CancellationToken stop)
    {
        try
        {
            await grains.WakeAsync(store, stop);
            readiness.IsReady = true;
        }
        catch (StoreException e)
        {
            NotWoken(e);
            Environment.ExitCode = 1;
            host.StopApplication();
        }
    }

    async Task BeatAsync()
    {
        try
        {
            await lease.BeatAsync();
        }
        catch (StoreException e) when (e is not LeaseLostException)
        {
            NotBeaten(e);
        }
    }

    [LoggerMessage(LogLevel.Critical, "The lease of the database is lost; this silo ends")]
    partial void Lost(Exception cause);

    [LoggerMessage(LogLevel.Critical, "The database could not be read for grains with work to do; this silo ends")]
    partial void NotWoken(Exception cause);

    [LoggerMessage(LogLevel.Warning, "The lease could not be renewed; trying again")]
    partial void NotBeaten(Exception cause);

    [LoggerMessage(LogLevel.Warning, "The lease could not be given back; the next silo waits for its end")]
    partial void NotReleased(Exception cause);
}
