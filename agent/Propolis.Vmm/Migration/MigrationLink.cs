using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Propolis.Vmm.Migration.Wire;

namespace Propolis.Vmm.Migration;

/// <summary>
/// The connections of one migration: one for control, some for memory. Either side may dial, the other has a <see cref="MigrationListener"/>; which one does makes no
/// difference afterwards.
/// </summary>
public sealed class MigrationLink : IDisposable
{
    const int BufferBytes = 1 << 20;

    internal MigrationLink(Guid migration, Stream control, IReadOnlyList<Stream> memory)
    {
        Migration = migration;
        Control = new ControlChannel(control);
        Memory = memory;
    }

    /// <summary>The migration that both sides have named.</summary>
    public Guid Migration { get; }

    internal ControlChannel Control { get; }

    internal IReadOnlyList<Stream> Memory { get; }

    /// <summary>Connects to the other side's listener. Throws <see cref="MigrationException"/> when that is not there, or does not wait for this migration.</summary>
    public static async Task<MigrationLink> ConnectAsync(EndPoint address, Guid migration, int streams, MigrationTls? tls, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(streams, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(streams, MigrationLimits.Streams);
        var attempt = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        var open = new List<Stream>();
        try
        {
            for (var i = 0; i <= streams; i++)
                open.Add(await DialAsync(address, new Hello(Hello.Version, Hello.Version, (ushort)i, (ushort)streams, migration, attempt), tls?.Dialer, cancellation));
            return new MigrationLink(migration, open[0], open[1..]);
        }
        catch (Exception failure)
        {
            foreach (var stream in open) await stream.DisposeAsync();
            if (failure is SocketException or IOException or AuthenticationException)
                throw new MigrationException($"No connection to {address} for the migration: {failure.Message}", failure);
            throw;
        }
    }

    /// <summary>Closes every connection.</summary>
    public void Dispose()
    {
        Control.Dispose();
        foreach (var stream in Memory) stream.Dispose();
    }

    internal static Socket Prepare(Socket socket)
    {
        socket.NoDelay = true;
        // A host that lost its power says nothing: half a minute of silence of its TCP is enough.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
        socket.SendBufferSize = BufferBytes;
        return socket;
    }

    static async Task<Stream> DialAsync(EndPoint address, Hello hello, SslClientAuthenticationOptions? tls, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(address, cancellation);
            stream = new NetworkStream(Prepare(socket), ownsSocket: true);
            if (tls is not null)
            {
                var encrypted = new SslStream(stream);
                stream = encrypted;
                await encrypted.AuthenticateAsClientAsync(tls, cancellation);
            }
            await stream.WriteAsync(hello.ToBytes(), cancellation);
            var answer = new byte[1];
            await stream.ReadExactlyAsync(answer, cancellation);
            if ((HelloAnswer)answer[0] == HelloAnswer.Welcome) return stream;
            throw new MigrationException((HelloAnswer)answer[0] == HelloAnswer.OtherVersion
                ? $"The build at {address} speaks another version of the migration protocol."
                : $"Nobody at {address} waits for the migration {hello.Migration}.");
        }
        catch
        {
            if (stream is not null) await stream.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }
}
