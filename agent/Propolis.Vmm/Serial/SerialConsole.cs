using Propolis.Vmm.Devices.Uart;

namespace Propolis.Vmm.Serial;

/// <summary>
/// The host side of a serial port: keeps what the guest sends in a backlog, and feeds the guest what clients type as fast as its receiver takes it.
/// </summary>
public sealed class SerialConsole : ISerialHost
{
    readonly SerialPort _port;
    readonly SemaphoreSlim _sender = new(1, 1);
    readonly SemaphoreSlim _room = new(0);

    /// <summary>Plugs itself into <paramref name="port"/> with a backlog of the newest <paramref name="backlogBytes"/>, and of the first <paramref name="firstBytes"/>.</summary>
    public SerialConsole(SerialPort port, int backlogBytes, int firstBytes = 0)
    {
        _port = port;
        Output = new SerialBacklog(backlogBytes, firstBytes);
        port.Plug(this);
    }

    /// <summary>What the guest sent.</summary>
    public SerialBacklog Output { get; }

    /// <summary>Gives the guest bytes to read, in order; ends when it has taken the last. Several callers' bytes do not mix.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => SendAsync(bytes, null, cancellation);

    /// <summary>The same; <paramref name="taken"/> is told how many the guest's receiver took, each time it takes some.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, Action<int>? taken, CancellationToken cancellation)
    {
        await _sender.WaitAsync(cancellation);
        try
        {
            while (true)
            {
                var count = _port.Receive(bytes.Span);
                if (count > 0) taken?.Invoke(count);
                bytes = bytes[count..];
                if (bytes.IsEmpty) return;
                await _room.WaitAsync(cancellation);
            }
        }
        finally
        {
            _sender.Release();
        }
    }

    void ISerialHost.Transmit(ReadOnlySpan<byte> bytes) => Output.Append(bytes);

    void ISerialHost.ReceiveReady()
    {
        // A notice that nobody waits for any more may still be there: one is enough.
        if (_room.CurrentCount == 0) _room.Release();
    }
}
