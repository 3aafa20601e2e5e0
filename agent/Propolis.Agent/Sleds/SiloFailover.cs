namespace Propolis.Agent.Sleds;

/// <summary>
/// Sends grain calls to one of several silos: the one that answered last, and the next one when it does not answer. Everything an agent says may be said twice.
/// </summary>
/// <param name="silos">Their addresses, <c>http://ip:port</c>.</param>
/// <param name="limit">How long one may take to answer.</param>
/// <param name="time">The clock.</param>
sealed class SiloFailover(IReadOnlyList<Uri> silos, TimeSpan limit, TimeProvider time) : DelegatingHandler
{
    int _current;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var first = Volatile.Read(ref _current);
        for (var tried = 0; ; tried++)
        {
            var silo = (first + tried) % silos.Count;
            request.RequestUri = new Uri(silos[silo], request.RequestUri!.PathAndQuery);
            using var late = new CancellationTokenSource(limit, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            try
            {
                var answer = await base.SendAsync(request, both.Token);
                Volatile.Write(ref _current, silo);
                return answer;
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested && tried + 1 < silos.Count)
            {
                // The next one may be well.
            }
        }
    }
}
