using Propolis.Terminal;
using Propolis.Vmm.Serial;

namespace Propolis.Standalone.Console;

/// <summary>
/// Joins the process's standard input and output to the guest's first serial port. On a terminal the mode is raw and Ctrl-A Ctrl-C leaves; the end of a piped input
/// leaves the guest running.
/// </summary>
sealed class TerminalConsole(SerialConsole serial, Action onLeave)
{
    /// <summary>Moves bytes both ways until cancelled, then hands out what the guest has sent until then.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var mode = new TerminalMode();
        await using var output = System.Console.OpenStandardOutput();
        var reading = Task.Run(() => ReadAsync(stop), CancellationToken.None);
        long position = 0;
        try
        {
            position = serial.Output.Start;
            while (true)
            {
                await serial.Output.WaitBeyondAsync(position, stop);
                position = await WriteAvailableAsync(output, position);
            }
        }
        catch (OperationCanceledException)
        {
            await WriteAvailableAsync(output, position);
        }
        // A read of the terminal cannot be cancelled: it is left behind, with nobody listening.
        _ = reading;
    }

    async Task<long> WriteAvailableAsync(Stream output, long position)
    {
        var buffer = new byte[16384];
        while (serial.Output.Read(ref position, buffer) is var count and > 0)
        {
            await output.WriteAsync(buffer.AsMemory(0, count));
            await output.FlushAsync();
        }
        return position;
    }

    async Task ReadAsync(CancellationToken stop)
    {
        var keys = new TerminalKeys();
        var buffer = new byte[256];
        var toGuest = new List<byte>();
        await using var input = System.Console.OpenStandardInput();
        try
        {
            while (await input.ReadAsync(buffer, stop) is var count and > 0)
            {
                toGuest.Clear();
                var leaves = keys.Type(buffer.AsSpan(0, count), toGuest);
                await serial.SendAsync(toGuest.ToArray(), stop);
                if (leaves) onLeave();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
