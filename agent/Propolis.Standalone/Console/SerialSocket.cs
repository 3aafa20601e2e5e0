using System.Net.Sockets;
using Propolis.Vmm.Serial;

namespace Propolis.Standalone.Console;

/// <summary>
/// The guest's first serial port as a Unix socket ("./ttya"). The guest never waits for a client; a client that comes late gets what the backlog still holds. Any number of
/// clients may be connected: all see the output, and what each of them types goes to the guest.
/// </summary>
sealed class SerialSocket : IAsyncDisposable
{
    readonly string _path;
    readonly SerialBacklog _backlog;
    readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> _send;
    readonly Socket _listener;
    readonly CancellationTokenSource _stop = new();
    readonly Task _accepting;

    /// <summary>Listens at <paramref name="path"/>; a socket left there by a dead process is replaced. Throws <see cref="SocketException"/>.</summary>
    public SerialSocket(string path, SerialBacklog backlog, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send)
    {
        _path = path;
        _backlog = backlog;
        _send = send;
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        // The serial port is a root shell for whoever can open it.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(8);
        _accepting = AcceptAsync();
    }

    /// <summary>Ends every connection once it has the rest of the output, and removes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        await _stop.CancelAsync();
        File.Delete(_path);
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync();
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = ServeAsync(client);
        }
    }

    async Task ServeAsync(Socket client)
    {
        using var connection = client;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var output = SerialStreams.CopyOutputAsync(_backlog, async (bytes, stop) =>
        {
            for (var rest = bytes; rest.Length > 0;) rest = rest[await client.SendAsync(rest, stop)..];
        }, ended.Token);
        var input = ReceiveAsync(client, ended.Token);
        // Whichever side ends first, the connection is over; errors of a client are its own.
        await Task.WhenAny(output, input);
        await ended.CancelAsync();
        try
        {
            await Task.WhenAll(output, input);
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
        }
    }

    async Task ReceiveAsync(Socket client, CancellationToken stop)
    {
        var buffer = new byte[4096];
        while (await client.ReceiveAsync(buffer, stop) is var count and > 0) await _send(buffer.AsMemory(0, count), stop);
    }
}
