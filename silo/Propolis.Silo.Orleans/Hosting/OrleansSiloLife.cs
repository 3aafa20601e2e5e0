using Propolis.Silo.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Orleans.Hosting;

/// <summary>
/// The silo's life beside Orleans': beats the lease, notices pauses of the process, and has the cluster's grains woken when it has joined and
/// when another silo is gone.
/// </summary>
/// <param name="lease">The lease, taken before the silo starts.</param>
/// <param name="vigil">Told that the process runs.</param>
/// <param name="cluster">The members.</param>
/// <param name="grains">Where the waker is.</param>
/// <param name="parts">Readiness, clock, process, log.</param>
sealed partial class OrleansSiloLife(ClusterLease lease, Vigil vigil, IClusterMembershipService cluster, IGrainFactory grains, OrleansSiloLife.Parts parts) : BackgroundService
{
    /// <summary>What it needs of the process.</summary>
    public sealed record Parts(SiloReadiness Readiness, TimeProvider Time, IHostApplicationLifetime Host, ILogger<OrleansSiloLife> Log);

    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        parts.Readiness.IsReady = false;
        return base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(TickAsync(stoppingToken), BeatAsync(stoppingToken), WatchAsync(stoppingToken));

    async Task TickAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Vigil.TickEvery, parts.Time);
        while (await NextAsync(timer, stop))
        {
            try
            {
                if (!vigil.Tick())
                    await vigil.ConfirmAsync();
            }
            catch (Exception e)
            {
                NotConfirmed(parts.Log, e);
            }
        }
    }

    async Task BeatAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(ClusterLease.BeatEvery, parts.Time);
        while (await NextAsync(timer, stop))
        {
            try
            {
                await lease.BeatAsync();
            }
            catch (LeaseLostException e)
            {
                Lost(parts.Log, e);
                Environment.ExitCode = 1;
                parts.Host.StopApplication();
                return;
            }
            catch (StoreException e)
            {
                NotBeaten(parts.Log, e);
            }
        }
    }

    async Task WatchAsync(CancellationToken stop)
    {
        try
        {
            await LookAsync(stop);
            parts.Readiness.IsReady = true;
            var gone = new HashSet<SiloAddress>();
            await foreach (var snapshot in cluster.MembershipUpdates.WithCancellation(stop))
            {
                var dead = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Dead).Select(member => member.SiloAddress).ToHashSet();
                if (!dead.IsSubsetOf(gone))
                    await LookAsync(stop);
                gone = dead;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task LookAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await grains.GetGrain<IClusterWaker>(0).LookAsync();
                return;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                NotLooked(parts.Log, e);
                await Task.Delay(LookAgain, parts.Time, stop);
            }
        }
    }

    static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Critical, "The lease of the database is lost; this silo ends")]
    static partial void Lost(ILogger log, Exception cause);

    [LoggerMessage(LogLevel.Warning, "The lease could not be renewed; trying again")]
    static partial void NotBeaten(ILogger log, Exception cause);

    [LoggerMessage(LogLevel.Warning, "Grains with work to do could not be woken; trying again")]
    static partial void NotLooked(ILogger log, Exception cause);

    [LoggerMessage(LogLevel.Warning, "This silo stood still, and whether it is still a member could not be found out; trying again")]
    static partial void NotConfirmed(ILogger log, Exception cause);
}
