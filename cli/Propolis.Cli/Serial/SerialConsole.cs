using System.Net.WebSockets;
using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Terminal;

namespace Propolis.Cli.Serial;

/// <summary>
/// Joins this process's standard input and output to a serial WebSocket, in raw mode on a terminal. Follows the guest to another server when the socket says that it has moved. Ends when the
/// user leaves (Ctrl-A Ctrl-C) or the other side closes, which it says when it is for a reason; the end of a piped input only ends the input.
/// </summary>
sealed class SerialConsole(CommandHost host, ISerialResume? resume = null)
{
    static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(30);

    readonly SerialTyping _typing = new();
    bool _hasMoved;
    string? _refused;

    /// <summary>Stays joined until the end.</summary>
    public async Task RunAsync(Uri address, CancellationToken stop)
    {
        using var mode = new TerminalMode();
        await using var output = host.OpenOutput();
        using var left = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var typing = new TypedKeys(host.OpenInput, _typing).RunAsync(left.Cancel, left.Token);
        try
        {
            for (Uri? next = address; next is not null;) next = await ServeOrResumeAsync(next, output, left.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested && left.IsCancellationRequested)
        {
            // The user has left.
        }
        finally
        {
            await left.CancelAsync();
        }
        // A read of a terminal cannot be cancelled: it is left behind, with nobody listening.
        _ = typing;
        if (_refused is not null) throw new CliException(_refused);
    }

    // As ServeAsync; a connection that breaks is begun again where there is a way.
    async Task<Uri?> ServeOrResumeAsync(Uri address, Stream output, CancellationToken stop)
    {
        try
        {
            return await ServeAsync(address, output, stop);
        }
        catch (Exception broken) when (resume is not null && (broken is WebSocketException or CliException))
        {
            return await resume.AfterAsync(address, broken, stop);
        }
    }

    // Serves one connection; the address of the next one when the guest has moved.
    async Task<Uri?> ServeAsync(Uri address, Stream output, CancellationToken stop)
    {
        using var socket = await ConnectAsync(address, stop);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _typing.Begin(_hasMoved);
        _hasMoved = false;
        var sending = _typing.PassToAsync(socket, over.Token);
        try
        {
            return await ReceiveAsync(socket, output, stop);
        }
        finally
        {
            await over.CancelAsync();
            await sending;
        }
    }

    async Task<Uri?> ReceiveAsync(ClientWebSocket socket, Stream output, CancellationToken stop)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var frame = await socket.ReceiveAsync(buffer.AsMemory(), stop);
            if (frame.MessageType == WebSocketMessageType.Close) return Ended(socket);
            if (frame.MessageType == WebSocketMessageType.Binary)
            {
                await output.WriteAsync(buffer.AsMemory(0, frame.Count), stop);
                await output.FlushAsync(stop);
                resume?.Read(frame.Count);
            }
            else if (resume is not null)
            {
                resume.Told(buffer.AsSpan(0, frame.Count));
            }
            else if (Told(buffer.AsSpan(0, frame.Count)) is { } moved)
            {
                return moved;
            }
        }
    }

    // What a propolis-server tells; the address of the next one when the guest has moved there: what it had not taken is given to it again.
    Uri? Told(ReadOnlySpan<byte> text)
    {
        var told = JsonSerializer.Deserialize<SerialControlMessage>(text, PropolisJson.Options);
        if (told?.Typed is { } typed) _typing.Taken((long)typed);
        if (told?.Migrating is not { } moved) return null;
        _hasMoved = true;
        return SerialAddress.OfServer(new Uri($"http://{moved.Destination}"), (long)moved.FromStart);
    }

    // A silo that stops says so, and another one, or the same one later, goes on; a server's own end is the end.
    Uri? Ended(ClientWebSocket socket) => socket.CloseStatus switch
    {
        WebSocketCloseStatus.EndpointUnavailable when resume is not null => throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, socket.CloseStatusDescription),
        WebSocketCloseStatus.PolicyViolation => Refused(socket.CloseStatusDescription),
        _ => null,
    };

    Uri? Refused(string? why)
    {
        _refused = $"The serial port was closed: {why}.";
        return null;
    }

    static async Task<ClientWebSocket> ConnectAsync(Uri address, CancellationToken stop)
    {
        var socket = new ClientWebSocket();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(ConnectLimit);
        try
        {
            await socket.ConnectAsync(address, deadline.Token);
            return socket;
        }
        catch (WebSocketException refused)
        {
            socket.Dispose();
            throw new CliException($"The serial port at {address.GetLeftPart(UriPartial.Path)} cannot be reached: {refused.InnerException?.Message ?? refused.Message}", cause: refused);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            socket.Dispose();
            throw new CliException($"The serial port at {address.GetLeftPart(UriPartial.Path)} did not answer within {ConnectLimit.TotalSeconds:0} s.");
        }
    }
}
