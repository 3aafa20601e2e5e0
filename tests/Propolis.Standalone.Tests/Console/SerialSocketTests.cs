using System.Net.Sockets;
using System.Text;
using Propolis.Standalone.Console;
using Propolis.Vmm.Serial;

namespace Propolis.Standalone.Tests.Console;

public sealed class SerialSocketTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    readonly string _folder = Directory.CreateTempSubdirectory("propolis-serial-").FullName;
    readonly SerialBacklog _backlog = new(64 * 1024);
    readonly TaskCompletionSource<string> _typed = new();

    string SocketPath => Path.Combine(_folder, "ttya");

    [Fact]
    public async Task Late_client_gets_the_last_64_KiB()
    {
        await using var socket = Listen();
        _backlog.Append(Encoding.ASCII.GetBytes(new string('a', 100) + new string('b', 64 * 1024 - 4)));
        using var client = await ConnectAsync();

        var seen = await ReadAsync(client, 64 * 1024);

        Assert.Equal("aaaa" + new string('b', 64 * 1024 - 4), seen);
    }

    [Fact]
    public async Task Output_after_the_connection_arrives_and_input_reaches_the_guest()
    {
        await using var socket = Listen();
        using var client = await ConnectAsync();

        _backlog.Append("login: "u8);
        Assert.Equal("login: ", await ReadAsync(client, 7));
        await client.SendAsync("root"u8.ToArray()).WaitAsync(Limit);

        Assert.Equal("root", await _typed.Task.WaitAsync(Limit));
    }

    [Fact]
    public async Task Guest_does_not_wait_for_a_client_that_reads_nothing()
    {
        await using var socket = Listen();
        using var idle = await ConnectAsync();

        for (var i = 0; i < 1000; i++) _backlog.Append(new byte[16 * 1024]);

        Assert.Equal(1000 * 16 * 1024, _backlog.End);
    }

    [Fact]
    public async Task Socket_of_a_dead_process_is_replaced_and_removed_at_the_end()
    {
        File.WriteAllText(SocketPath, "left over");

        await using (Listen()) (await ConnectAsync()).Dispose();

        Assert.False(File.Exists(SocketPath));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    SerialSocket Listen() => new(SocketPath, _backlog, (bytes, _) =>
    {
        _typed.TrySetResult(Encoding.ASCII.GetString(bytes.Span));
        return ValueTask.CompletedTask;
    });

    async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath)).WaitAsync(Limit);
        return client;
    }

    static async Task<string> ReadAsync(Socket client, int count)
    {
        var buffer = new byte[count];
        var read = 0;
        while (read < count)
        {
            var got = await client.ReceiveAsync(buffer.AsMemory(read)).AsTask().WaitAsync(Limit);
            Assert.NotEqual(0, got);
            read += got;
        }
        return Encoding.ASCII.GetString(buffer);
    }
}
