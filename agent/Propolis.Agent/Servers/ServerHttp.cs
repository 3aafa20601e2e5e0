namespace Propolis.Agent.Servers;

/// <summary>The HTTP client that speaks to all propolis-servers of the sled; without a time limit of its own, since states are waited for.</summary>
sealed class ServerHttp : IDisposable
{
    /// <summary>The client.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Closes its connections.</summary>
    public void Dispose() => Client.Dispose();
}
