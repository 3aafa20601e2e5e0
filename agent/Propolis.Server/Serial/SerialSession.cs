using System.Net.WebSockets;
using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Vmm.Serial;

namespace Propolis.Server.Serial;

/// <summary>
/// One client of a serial port: binary frames both ways. A client that reads slowly loses what leaves the backlog, and holds up nobody. When the VM is over the client gets the rest; then a text
/// frame tells it where the guest has gone, if it has, and the connection is closed.
/// </summary>
sealed class SerialSession(WebSocket socket, SerialConsole serial, Task<SerialMigrating?> over, TimeProvider clock)
{
    const int ChunkBytes = 16 * 1024;

    static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);

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
        while (true)
        {
            var more = serial.Output.WaitBeyondAsync(position, stop);
            if (await Task.WhenAny(more, over) == over && serial.Output.End <= position) break;
            await more;
            var count = serial.Output.Read(ref position, buffer);
            if (count > 0) await socket.SendAsync(buffer.AsMemory(0, count), WebSocketMessageType.Binary, endOfMessage: true, stop);
        }
        if (await over is { } moved)
        {
            var message = JsonSerializer.SerializeToUtf8Bytes(new SerialControlMessage { Migrating = moved }, PropolisJson.Options);
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, stop);
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
            if (frame.MessageType == WebSocketMessageType.Binary) await serial.SendAsync(buffer.AsMemory(0, frame.Count), stop);
        }
    }
}
