using System.Net;
using System.Net.Sockets;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Wire;

/// <summary>Sending beside the end of a connection.</summary>
public sealed class SocketTransportTests
{
    [Fact]
    public void Sending_on_a_connection_that_was_freed_meanwhile_is_an_io_error_like_any_other()
    {
        using var pair = new Pair();
        pair.Transport.Dispose();
        Assert.Equal("the connection was closed", Assert.Throws<IOException>(() => pair.Transport.TrySend([1])).Message);
        Assert.Equal("the connection was closed", Assert.Throws<IOException>(() => pair.Transport.Send([1])).Message);
    }

    [Fact]
    public void A_request_that_comes_too_late_for_its_connection_does_not_fail_for_it()
    {
        using var pair = new Pair();
        var gate = new Lock();
        var sender = new FrameSender(pair.Transport, gate);
        pair.Transport.Dispose();
        lock (gate)
            sender.Frames.Append(MessageKind.Ruok);
        sender.Flush();
        Assert.Equal(0, sender.Backlog);
    }

    sealed class Pair : IDisposable
    {
        readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        readonly Socket _other;

        public Pair()
        {
            _listener.Start();
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            SocketTransport.Connect(socket, (IPEndPoint)_listener.LocalEndpoint, TimeSpan.FromSeconds(30));
            _other = _listener.AcceptSocket();
            Transport = new SocketTransport(socket);
        }

        public SocketTransport Transport { get; }

        public void Dispose()
        {
            Transport.Dispose();
            _other.Dispose();
            _listener.Dispose();
        }
    }
}
