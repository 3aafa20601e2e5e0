using Propolis.Vmm.Serial;

namespace Propolis.Standalone.Console;

/// <summary>Moves a serial port's output to whoever reads it.</summary>
static class SerialStreams
{
    /// <summary>Copies everything from the start of the backlog on, then whatever comes, until cancelled.</summary>
    public static async Task CopyOutputAsync(SerialBacklog backlog, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken stop)
    {
        var buffer = new byte[16384];
        var position = backlog.Start;
        while (true)
        {
            await backlog.WaitBeyondAsync(position, stop);
            var count = backlog.Read(ref position, buffer);
            if (count > 0) await write(buffer.AsMemory(0, count), stop);
        }
    }
}
