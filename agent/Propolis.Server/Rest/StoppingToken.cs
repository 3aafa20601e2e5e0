using System.Net;

namespace Propolis.Server.Rest;

/// <summary>Ends requests that wait when the process is about to end.</summary>
sealed class StoppingToken(IHostApplicationLifetime lifetime)
{
    /// <summary>Cancelled when the process ends, or the other token is.</summary>
    public CancellationTokenSource Or(CancellationToken other) => CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping, other);

    /// <summary>Refuses work once the process is ending.</summary>
    public void Check()
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) throw new ServerException(HttpStatusCode.ServiceUnavailable, "This server is ending.");
    }
}
