using System.Net;
using System.Net.WebSockets;
using System.Text;
using Propolis.Contracts.Server;

namespace Propolis.Server.Tests;

public sealed class SerialTests
{
    [Fact]
    public async Task History_is_read_by_offset_from_either_end()
    {
        var factory = new FakeFactory();
        await using var server = await TestServer.StartAsync(factory);
        await server.EnsureAsync();
        factory.Print("hello, world\n"u8);
        await ArrivedAsync(server, 13);

        Assert.Equal(("hello, world\n", 13UL), await HistoryAsync(server, "?from_start=0"));
        Assert.Equal(("ello", 5UL), await HistoryAsync(server, "?from_start=1&max_bytes=4"));
        Assert.Equal(("ld\n", 13UL), await HistoryAsync(server, "?most_recent=3"));
        Assert.Equal(("", 13UL), await HistoryAsync(server, "?from_start=99"));
        await server.RefusedAsync(HttpStatusCode.BadRequest, "GET", "/instance/serial/history?from_start=1&most_recent=1");
    }

    [Fact]
    public async Task A_client_sees_what_was_sent_before_and_after_and_types()
    {
        var factory = new FakeFactory();
        await using var server = await TestServer.StartAsync(factory);
        await server.EnsureAsync();
        factory.Print("before\n"u8);
        await ArrivedAsync(server, 7);

        using var socket = await server.AttachAsync("?from_start=3");
        factory.Print("after\n"u8);

        Assert.Equal("ore\nafter\n", await TestServer.ReadUntilAsync(socket, "after\n"));
        await socket.SendAsync("x"u8.ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None);
        using var limit = new CancellationTokenSource(TestServer.Limit);
        while (factory.Read() != 'x') await Task.Delay(5, limit.Token);
    }

    [Fact]
    public async Task A_client_without_an_offset_sees_only_what_comes()
    {
        var factory = new FakeFactory();
        await using var server = await TestServer.StartAsync(factory);
        await server.EnsureAsync();
        factory.Print("old\n"u8);
        await ArrivedAsync(server, 4);

        using var socket = await server.AttachAsync();
        factory.Print("new\n"u8);

        Assert.Equal("new\n", await TestServer.ReadUntilAsync(socket, "new\n"));
    }

    [Fact]
    public async Task A_client_that_asks_is_told_how_much_the_guest_has_taken()
    {
        var factory = new FakeFactory();
        await using var server = await TestServer.StartAsync(factory);
        await server.EnsureAsync();
        using var socket = await server.AttachAsync("?typed=true");

        Assert.Equal("{\"typed\":0}", await ToldAsync(socket));
        await socket.SendAsync("xyz"u8.ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None);
        using var limit = new CancellationTokenSource(TestServer.Limit);
        for (var read = 0; read < 3;)
        {
            if (factory.Read() == "xyz"[read]) read++;
            else await Task.Delay(5, limit.Token);
        }
        Assert.Equal("{\"typed\":3}", await ToldAsync(socket));
    }

    [Fact]
    public async Task The_end_of_the_server_ends_its_clients()
    {
        var server = await TestServer.StartAsync(new FakeFactory());
        await server.EnsureAsync();
        using var socket = await server.AttachAsync();

        await server.DisposeAsync();

        using var limit = new CancellationTokenSource(TestServer.Limit);
        try
        {
            var frame = await socket.ReceiveAsync(new byte[16], limit.Token);
            Assert.Equal(WebSocketMessageType.Close, frame.MessageType);
        }
        catch (WebSocketException)
        {
            // A broken connection is an end, too.
        }
    }

    [Fact]
    public async Task The_serial_port_needs_a_WebSocket()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());
        await server.EnsureAsync();

        await server.RefusedAsync(HttpStatusCode.BadRequest, "GET", "/instance/serial");
    }

    static async Task<string> ToldAsync(WebSocket socket)
    {
        using var limit = new CancellationTokenSource(TestServer.Limit);
        var buffer = new byte[256];
        var frame = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
        Assert.Equal(WebSocketMessageType.Text, frame.MessageType);
        return Encoding.ASCII.GetString(buffer, 0, frame.Count);
    }

    static async Task<(string Text, ulong End)> HistoryAsync(TestServer server, string query)
    {
        var answer = await server.MustAsync<InstanceSerialConsoleHistoryResponse>("GET", $"/instance/serial/history{query}");
        return (Encoding.ASCII.GetString(answer.Data.AsSpan()), answer.LastByteOffset);
    }

    // The port hands bytes over line by line, a moment later.
    static async Task ArrivedAsync(TestServer server, ulong count)
    {
        using var limit = new CancellationTokenSource(TestServer.Limit);
        while ((await HistoryAsync(server, "?from_start=0")).End < count) await Task.Delay(5, limit.Token);
    }
}
