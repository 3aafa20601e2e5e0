using System.Net.WebSockets;
using Propolis.Vmm.Serial;

namespace Propolis.Server.Serial;

/// <summary>One client of a serial port: binary frames both ways. A client that reads slowly loses what leaves the backlog, and holds up nobody.</summary>
sealed class SerialSession(WebSocket socket, SerialConsole serial)
{
    const int ChunkBytes = 16 * 1024;

    /// <summary>Serves the client from <paramref name="position"/> on until it leaves or <paramref name="stop"/> comes.</summary>
    public async Task RunAsync(long position, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var output = SendOutputAsync(position, ended.Token);
        var input = ReceiveInputAsync(ended.Token);
        await Task.WhenAny(output, input);
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
            await serial.Output.WaitBeyondAsync(position, stop);
            var count = serial.Output.Read(ref position, buffer);
            if (count > 0) await socket.SendAsync(buffer.AsMemory(0, count), WebSocketMessageType.Binary, endOfMessage: true, stop);
        }
    }

    async Task ReceiveInputAsync(CancellationToken stop)
    {
        var buffer = new byte[ChunkBytes];
        while (true)
        {
            var frame = await socket.ReceiveAsync(buffer.AsMemory(), stop);
            if (frame.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop);
                return;
            }
            if (frame.MessageType == WebSocketMessageType.Binary) await serial.SendAsync(buffer.AsMemory(0, frame.Count), stop);
        }
    }
}
