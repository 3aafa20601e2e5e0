using System.Net.WebSockets;
using Propolis.Agent.Servers;
using Propolis.Agent.Vmms;

namespace Propolis.Agent.Rest;

/// <summary>Passes a VMM's serial WebSocket through, frame by frame, control frames and query included.</summary>
static class VmmSerial
{
    const int BufferBytes = 16384;

    static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <summary>Handles one client, until either side closes.</summary>
    public static async Task<IResult> PassAsync(string instance, string incarnation, HttpContext context, SledVmms vmms, TimeProvider time)
    {
        var key = RequestReading.Key(instance, incarnation);
        if (vmms.Find(key) is not { } vmm || vmm.Status.ServerAddress is not { } address)
            return Problems.NotFound($"{key} has no running server on this sled");
        if (!context.WebSockets.IsWebSocketRequest)
            return Problems.Invalid("the serial console is a WebSocket; send an upgrade request");

        using var server = new ClientWebSocket();
        server.Options.SetRequestHeader("api-version", ServerApi.Version);
        await ConnectAsync(server, new Uri($"ws://{address}/instance/serial{context.Request.QueryString}"), time, context.RequestAborted);
        using var client = await context.WebSockets.AcceptWebSocketAsync();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var down = PumpAsync(server, client, either.Token);
        var up = PumpAsync(client, server, either.Token);
        await Task.WhenAny(down, up);
        // The other direction gets a moment for its close frame, and is then cut.
        either.CancelAfter(TimeSpan.FromSeconds(1));
        await Task.WhenAll(down, up).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return TypedResults.Empty;
    }

    /// <summary>Passes the answer of a VMM's server on: its status, its kind and its bytes.</summary>
    public static async Task<IResult> HistoryAsync(string instance, string incarnation, HttpContext context, SledVmms vmms, ServerHttp http)
    {
        var key = RequestReading.Key(instance, incarnation);
        if (vmms.Find(key) is not { } vmm || vmm.Status.ServerAddress is not { } address)
            return Problems.NotFound($"{key} has no running server on this sled");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{address}/instance/serial/history{context.Request.QueryString}");
        request.Headers.Add("api-version", ServerApi.Version);
        using var answer = await http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        return TypedResults.Empty;
    }

    static async Task ConnectAsync(ClientWebSocket server, Uri address, TimeProvider time, CancellationToken aborted)
    {
        using var late = new CancellationTokenSource(ConnectLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, aborted);
        try
        {
            await server.ConnectAsync(address, both.Token);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException)
        {
            throw new AgentException($"the VMM's serial console at {address.Authority} does not open: {failure.Message}", failure);
        }
    }

    static async Task PumpAsync(WebSocket from, WebSocket to, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (true)
            {
                var frame = await from.ReceiveAsync(buffer.AsMemory(), cancellation);
                if (frame.MessageType == WebSocketMessageType.Close)
                    break;
                await to.SendAsync(buffer.AsMemory(0, frame.Count), frame.MessageType, frame.EndOfMessage, cancellation);
            }
            await to.CloseOutputAsync(from.CloseStatus ?? WebSocketCloseStatus.NormalClosure, from.CloseStatusDescription, cancellation);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone: the caller cuts the other.
        }
    }
}
