using Propolis.Terminal;

namespace Propolis.Cli.Serial;

/// <summary>Takes what the user types out of the input, but for the escape, and gives it to where it is kept for the guest.</summary>
sealed class TypedKeys(Func<Stream> openInput, SerialTyping typing)
{
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
                if (toGuest.Count > 0) await typing.TakeAsync(toGuest.ToArray(), stop);
                if (leaves) onLeave();
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }
}
