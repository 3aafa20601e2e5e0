using System.Net.WebSockets;
using System.Threading.Channels;
using Propolis.Terminal;

namespace Propolis.Cli.Serial;

/// <summary>What the user types, on its way to whichever connection stands: kept while the guest moves from one server to another.</summary>
sealed class SerialTyping(Func<Stream> openInput)
{
    const int WaitingChunks = 64;

    readonly Channel<byte[]> _typed = Channel.CreateBounded<byte[]>(WaitingChunks);
    byte[]? _unsent;

    /// <summary>Reads until the end of the input; <paramref name="onLeave"/> is called when the user wants to leave.</summary>
    public async Task RunAsync(Action onLeave, CancellationToken stop)
    {
        var keys = new TerminalKeys();
        var buffer = new byte[256];
        await using var input = openInput();
        try
        {
            while (await Task.Run(() => input.ReadAsync(buffer, stop).AsTask(), stop) is var count and > 0)
            {
                var toGuest = new List<byte>();
                var leaves = keys.Type(buffer.AsSpan(0, count), toGuest);
                if (toGuest.Count > 0) await _typed.Writer.WriteAsync([.. toGuest], stop);
                if (leaves) onLeave();
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }

    /// <summary>Hands what was typed to a connection until cancelled or until it breaks; what it did not take goes to the next.</summary>
    public async Task SendToAsync(Func<byte[], Task> send, CancellationToken over)
    {
        try
        {
            while (true)
            {
                _unsent ??= await _typed.Reader.ReadAsync(over);
                await send(_unsent);
                _unsent = null;
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or WebSocketException)
        {
            // The reading side says why the connection is over.
        }
    }
}
