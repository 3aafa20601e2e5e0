using System.Net.WebSockets;
using System.Text.Json;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Rest;

/// <summary>Reaches consoles over the network; trace context goes along.</summary>
/// <param name="time">The clock.</param>
public sealed class SerialDialer(TimeProvider time) : ISerialDialer, IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    readonly HttpMessageInvoker _sockets = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3), UseProxy = false });
    readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3), UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc/>
    public async Task<WebSocket> JoinAsync(string address, InstanceId instance, long incarnation, SerialStart start, CancellationToken cancel)
    {
        var uri = Uri(address, AgentRoutes.VmmSerial(instance, incarnation) + start.Query + (start.Query.Length == 0 ? "?" : "&") + "typed=true");
        var socket = new ClientWebSocket();
        (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = (KeepAlive, KeepAlive);
        try
        {
            await WithinAsync(uri, async limited => { await socket.ConnectAsync(new UriBuilder(uri) { Scheme = "ws" }.Uri, _sockets, limited); return 0; }, cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<InstanceSerialConsoleHistoryResponse> HistoryAsync(
        string address, InstanceId instance, long incarnation, SerialStart start, long? maxBytes, CancellationToken cancel)
    {
        var limit = maxBytes is { } bytes ? $"{(start.Query.Length == 0 ? "?" : "&")}max_bytes={bytes}" : "";
        var uri = Uri(address, AgentRoutes.VmmSerialHistory(instance, incarnation) + start.Query + limit);
        return WithinAsync(uri, async limited => await _http.GetFromJsonAsync<InstanceSerialConsoleHistoryResponse>(uri, PropolisJson.Options, limited) ?? throw new JsonException("it is null"), cancel);
    }

    /// <summary>Lets go of connections.</summary>
    public void Dispose()
    {
        _sockets.Dispose();
        _http.Dispose();
    }

    async Task<T> WithinAsync<T>(Uri uri, Func<CancellationToken, Task<T>> act, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            return await act(both.Token);
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new SledCallException($"{uri} did not answer as it should: {e.Message}", e);
        }
    }

    static Uri Uri(string address, string path) => new(address.TrimEnd('/') + path);
}
