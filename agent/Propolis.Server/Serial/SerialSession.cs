using System.Net.WebSockets;
using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Vmm.Serial;

namespace Propolis.Server.Serial;

/// <summary>
/// One client of a serial port: binary frames both ways. A client that reads slowly loses what leaves the backlog, and holds up nobody. When the VM is over the client gets the rest; then a text
/// frame tells it where the guest has gone, if it has, and the connection is closed. A client that asks is told how much of what it typed the guest has taken.
/// </summary>
sealed class SerialSession(WebSocket socket, SerialConsole serial, Task<SerialMigrating?> over, bool tellsTyped, TimeProvider clock)
{
    const int ChunkBytes = 16 * 1024;

    static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);

    // Both directions send, and a WebSocket takes one message at a time.
    readonly SemaphoreSlim _sending = new(1, 1);
    long _typed;
    long _told = -1;

    /// <summary>Serves the client from <paramref name="position"/> on until it leaves or <paramref name="stop"/> comes.</summary>
    public async Task RunAsync(long position, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var output = SendOutputAsync(position, ended.Token);
        var input = ReceiveInputAsync(ended.Token);
        // After a proper end the client closes, too; cutting it off could take from it what it has not read yet.
        if (await Task.WhenAny(output, input) == output && output.IsCompletedSuccessfully) await Task.WhenAny(input, Task.Delay(CloseLimit, clock, stop));
        await ended.CancelAsync();
        try
        {
            await Task.WhenAll(output, input);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // The client left, or the server ends: its connection is over either way.
        }
    }

    async Task SendOutputAsync(long position, CancellationToken stop)
    {
        var buffer = new byte[ChunkBytes];
        await TellTypedAsync(stop);
        while (true)
        {
            var more = serial.Output.WaitBeyondAsync(position, stop);
            if (await Task.WhenAny(more, over) == over && serial.Output.End <= position) break;
            await more;
            var count = serial.Output.Read(ref position, buffer);
            if (count > 0) await SendAsync(buffer.AsMemory(0, count), WebSocketMessageType.Binary, stop);
        }
        if (await over is { } moved)
        {
            await TellTypedAsync(stop);
            await TellAsync(new SerialControlMessage { Migrating = moved }, stop);
        }
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "the VM is over", stop);
    }

    async Task ReceiveInputAsync(CancellationToken stop)
    {
        var buffer = new byte[ChunkBytes];
        while (true)
        {
            var frame = await socket.ReceiveAsync(buffer.AsMemory(), stop);
            if (frame.MessageType == WebSocketMessageType.Close)
            {
                if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop);
                return;
            }
            if (frame.MessageType != WebSocketMessageType.Binary) continue;
            await serial.SendAsync(buffer.AsMemory(0, frame.Count), count => Interlocked.Add(ref _typed, count), stop);
            await TellTypedAsync(stop);
        }
    }

    async Task TellTypedAsync(CancellationToken stop)
    {
        var typed = Interlocked.Read(ref _typed);
        if (tellsTyped && Interlocked.Exchange(ref _told, typed) != typed) await TellAsync(new SerialControlMessage { Typed = (ulong)typed }, stop);
    }

    Task TellAsync(SerialControlMessage message, CancellationToken stop) => SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, PropolisJson.Options), WebSocketMessageType.Text, stop);

    async Task SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationToken stop)
    {
        await _sending.WaitAsync(stop);
        try
        {
            await socket.SendAsync(message, type, endOfMessage: true, stop);
        }
        finally
        {
            _sending.Release();
        }
    }
}
