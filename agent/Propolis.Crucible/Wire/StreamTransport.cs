using System.Net.Sockets;

namespace Propolis.Crucible.Wire;

/// <summary>A stream over a socket, as TLS makes it. It cannot send without waiting, so everything is left to the sender's thread.</summary>
public sealed class StreamTransport(Stream stream, Socket socket) : FrameTransport
{
    /// <inheritdoc/>
    public override int Receive(Span<byte> target, int wanted)
    {
        try
        {
            return stream.Read(target);
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    public override int TrySend(ReadOnlySpan<byte> source) => 0;

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> source)
    {
        try
        {
            stream.Write(source);
        }
        catch (ObjectDisposedException)
        {
            throw new IOException("the connection was closed");
        }
    }

    /// <inheritdoc/>
    public override void CloseReceive() => Shutdown(SocketShutdown.Receive);

    /// <inheritdoc/>
    public override void Close() => Shutdown(SocketShutdown.Both);

    /// <inheritdoc/>
    public override void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
    }

    void Shutdown(SocketShutdown what)
    {
        try
        {
            socket.Shutdown(what);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other side was faster.
        }
    }
}
