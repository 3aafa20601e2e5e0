namespace Propolis.Server.Rest;

/// <summary>Ends requests that wait when the process is about to end.</summary>
sealed class StoppingToken(IHostApplicationLifetime lifetime)
{
    /// <summary>Cancelled when the process ends, or the other token is.</summary>
    public CancellationTokenSource Or(CancellationToken other) => CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping, other);
}
