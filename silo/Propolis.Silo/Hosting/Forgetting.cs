using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>Forgets deleted instances when their time is over (<see cref="ClusterOptions.KeepDeleted"/>): once an hour, in every silo.</summary>
/// <param name="instances">The records.</param>
/// <param name="options">Times.</param>
/// <param name="time">The clock.</param>
/// <param name="log">For operators.</param>
public sealed partial class Forgetting(DeletedInstances instances, ClusterOptions options, TimeProvider time, ILogger<Forgetting> log) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
                await ForgetAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task ForgetAsync(CancellationToken stop)
    {
        try
        {
            if (await instances.ForgetAsync(time.GetUtcNow() - options.KeepDeleted, stop) is > 0 and var count)
                Forgot(count);
        }
        catch (StoreException e)
        {
            NotForgotten(e);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} instances that were deleted long ago are forgotten")]
    partial void Forgot(int count);

    [LoggerMessage(LogLevel.Warning, "Deleted instances could not be looked through; trying again in an hour")]
    partial void NotForgotten(Exception cause);
}
