using System.Net;
using System.Net.Sockets;
using Propolis.Crucible.Interop;

namespace Propolis.Crucible.Wire;

/// <summary>A TCP connection in the clear. Takes over a connected socket on which nothing asynchronous was ever done.</summary>
public sealed class SocketTransport : FrameTransport
{
    const int LargeReceive = 32 * 1024;
    const int MostTogether = 128 * 1024;

    readonly Socket _socket;
    int _together = 1;

    /// <summary>Takes over the socket.</summary>
    public SocketTransport(Socket socket)
    {
        _socket = socket;
        _socket.NoDelay = true;
        SocketCalls.MakeBlocking(_socket.SafeHandle);
    }

    /// <summary>Connects within a limit. The socket may be disposed from another thread to give up.</summary>
    /// <exception cref="IOException">There is no connection.</exception>
    public static void Connect(Socket socket, IPEndPoint target, TimeSpan limit)
    {
        try
        {
            socket.Blocking = false;
            socket.Connect(target);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(limit, SelectMode.SelectWrite))
                throw new IOException("it did not answer in time");
            if ((SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! is not SocketError.Success and var failure)
                throw new IOException(new SocketException((int)failure).Message);
        }
        catch (SocketException error)
        {
            throw new IOException(error.Message);
        }

        socket.Blocking = true;
    }

    /// <inheritdoc/>
    public override int Receive(Span<byte> target, int wanted)
    {
        // Segments of a large frame would wake this thread one by one.
        var together = wanted >= LargeReceive ? Math.Min(wanted, MostTogether) : 1;
        if (together != _together)
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater, _together = together);
        return together == 1 ? SocketCalls.Receive(_socket.SafeHandle, target) : SocketCalls.ReceiveTogether(_socket.SafeHandle, target);
    }

    /// <inheritdoc/>
    public override int TrySend(ReadOnlySpan<byte> source)
    {
        var sent = 0;
        while (sent < source.Length && Hand(source[sent..], wait: false) is > 0 and var count)
            sent += count;
        return sent;
    }

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
            source = source[Hand(source, wait: true)..];
    }

    /// <inheritdoc/>
    public override void CloseReceive() => Shutdown(SocketShutdown.Receive);

    /// <inheritdoc/>
    public override void Close() => Shutdown(SocketShutdown.Both);

    /// <inheritdoc/>
    public override void Dispose() => _socket.Dispose();

    // Requests send on their own threads, and may come too late: the connection is over, and its reader says so.
    int Hand(ReadOnlySpan<byte> source, bool wait)
    {
        try
        {
            return SocketCalls.Send(_socket.SafeHandle, source, wait);
        }
        catch (ObjectDisposedException)
        {
            throw new IOException("the connection was closed");
        }
    }

    void Shutdown(SocketShutdown what)
    {
        try
        {
            _socket.Shutdown(what);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other side was faster.
        }
    }
}
