using System.Net;
using System.Net.Sockets;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Wire;

/// <summary>Large frames in parts, and sending beside the end of a connection.</summary>
public sealed class SocketTransportTests
{
    [Theory]
    [InlineData(128), InlineData(40), InlineData(300)]
    public async Task A_large_frame_that_comes_in_parts_is_received_although_nothing_follows_it(int kibibytes)
    {
        using var pair = new Pair();
        var sent = new byte[kibibytes << 10];
        new Random(kibibytes).NextBytes(sent);
        for (var round = 1; round <= 10; round++)
        {
            var received = new byte[sent.Length];
            var receiving = Task.Run(() =>
            {
                for (var count = 0; count < received.Length;)
                    count += pair.Transport.Receive(received.AsSpan(count), received.Length - count);
            });
            var first = sent.Length * round / 11;
            pair.Other.Send(sent.AsSpan(0, first));
            // A reader that takes what is here must have taken it before the rest comes.
            await Task.Delay(TimeSpan.FromMilliseconds(30));
            pair.Other.Send(sent.AsSpan(first));
            await receiving.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(sent, received);
        }
    }

    [Fact]
    public async Task A_reader_that_waits_for_a_large_frame_sees_the_end_of_the_connection()
    {
        using var pair = new Pair();
        var received = new byte[1 << 20];
        var receiving = Task.Run(() => pair.Transport.Receive(received, received.Length));
        pair.Transport.Close();
        Assert.Equal(0, await receiving.WaitAsync(TimeSpan.FromSeconds(30)));
    }

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

        public Pair()
        {
            _listener.Start();
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            SocketTransport.Connect(socket, (IPEndPoint)_listener.LocalEndpoint, TimeSpan.FromSeconds(30));
            Other = _listener.AcceptSocket();
            Transport = new SocketTransport(socket);
        }

        public SocketTransport Transport { get; }

        public Socket Other { get; }

        public void Dispose()
        {
            Transport.Dispose();
            Other.Dispose();
            _listener.Dispose();
        }
    }
}
