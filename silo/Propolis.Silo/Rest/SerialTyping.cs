using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Propolis.Silo.Rest;

/// <summary>
/// What a reader of a serial console types, on its way to whichever console is joined: kept in order until one takes it, up to <see cref="Limit"/>. Beyond that the reader is read no further, so
/// its own connection fills up. One writer, and one console at a time.
/// </summary>
public sealed class SerialTyping
{
    /// <summary>Bytes that are kept.</summary>
    public const int Limit = 64 * 1024;

    readonly Pipe _kept = new(new PipeOptions(pauseWriterThreshold: Limit, resumeWriterThreshold: Limit / 2, useSynchronizationContext: false));
    volatile bool _full;

    /// <summary>Whether so much waits that nothing more is taken.</summary>
    public bool IsFull => _full;

    /// <summary>Takes bytes; waits while too many wait.</summary>
    /// <param name="typed">The bytes.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> typed, CancellationToken cancel)
    {
        var taken = _kept.Writer.WriteAsync(typed, cancel);
        if (taken.IsCompleted)
        {
            await taken;
            return;
        }
        _full = true;
        await taken;
        _full = false;
    }

    /// <summary>Hands the bytes to a console until it breaks or is over; those that it did not take are for the next.</summary>
    /// <param name="console">The console.</param>
    /// <param name="over">The console is over.</param>
    public async Task PassToAsync(WebSocket console, CancellationToken over)
    {
        try
        {
            while (true)
            {
                var kept = (await _kept.Reader.ReadAsync(over)).Buffer;
                var sent = kept.Start;
                try
                {
                    foreach (var part in kept)
                    {
                        await console.SendAsync(part, WebSocketMessageType.Binary, endOfMessage: true, over);
                        sent = kept.GetPosition(part.Length, sent);
                    }
                }
                finally
                {
                    _kept.Reader.AdvanceTo(sent);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The side that reads the console says how it ended.
        }
    }
}
