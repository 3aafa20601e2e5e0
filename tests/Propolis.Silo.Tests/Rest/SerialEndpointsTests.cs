using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Serialization;
using Propolis.Terminal;

namespace Propolis.Silo.Tests.Rest;

[Collection(RestHost.Collection)]
public sealed class SerialEndpointsTests
{
    readonly RestHost _host;
    readonly FakeConsoles _consoles;

    public SerialEndpointsTests(RestHost host)
    {
        _host = host.Fresh();
        _consoles = _host.Consoles;
        _host.Grains.Instances["inst-a"] = Views.Running("inst-a", "sled-a");
        _host.Grains.Sleds["sled-a"] = Views.Sled("sled-a");
        _host.Grains.Sleds["sled-b"] = Views.Sled("sled-b");
    }

    [Fact]
    public async Task Bytes_go_both_ways()
    {
        using var reader = await JoinAsync("");
        var (incarnation, start, console) = await _consoles.JoinedAsync();
        Assert.Equal((1, 1000L), (incarnation, start.FromStart!.Value));
        Assert.Equal(new SerialNote { Incarnation = 1, Sled = Contracts.Ids.SledId.Make("sled-a"), Offset = 1000 }, await NoteAsync(reader));

        console.Says("login: ");
        Assert.Equal("login: ", await HearAsync(reader));
        await TypeAsync(reader, "root\n");
        Assert.Equal("root\n", await console.TypedAsync());
    }

    [Theory]
    [InlineData("?from_start=5", 5)]
    [InlineData("?most_recent=300", 700)]
    [InlineData("?most_recent=5000", 0)]
    public async Task A_reader_starts_where_it_asks(string query, long offset)
    {
        using var reader = await JoinAsync(query);
        Assert.Equal(offset, (await _consoles.JoinedAsync()).Start.FromStart);
    }

    [Theory]
    [InlineData("?from_start=5&incarnation=1", 5)]
    [InlineData("?from_start=500&incarnation=9", 0)]
    public async Task A_reader_that_comes_back_goes_on_where_it_was_unless_the_VM_is_another(string query, long offset)
    {
        using var reader = await JoinAsync(query);
        Assert.Equal(offset, (await _consoles.JoinedAsync()).Start.FromStart);
    }

    [Fact]
    public async Task An_agent_that_knows_no_history_is_asked_as_the_reader_asked()
    {
        _consoles.Sent = null;
        using var reader = await JoinAsync("?most_recent=300");
        Assert.Equal(300, (await _consoles.JoinedAsync()).Start.MostRecent);
    }

    [Fact]
    public async Task A_broken_connection_is_joined_again_at_the_next_byte()
    {
        using var reader = await JoinAsync("?from_start=0");
        var first = await _consoles.JoinedAsync();
        await NoteAsync(reader);
        first.Console.Says("12345");
        Assert.Equal("12345", await HearAsync(reader));
        first.Console.Ends();
        Assert.Equal(5, (await _consoles.JoinedAsync()).Start.FromStart);
    }

    [Fact]
    public async Task A_reader_follows_a_migration_to_the_byte()
    {
        using var reader = await JoinAsync("?from_start=0");
        var source = await _consoles.JoinedAsync();
        source.Console.Tells("""{"migrating": {"destination": "elsewhere", "from_start": 42}}""");
        _host.Grains.Instances["inst-a"] = Views.Running("inst-a", "sled-b", 2);
        source.Console.Ends();

        var target = await _consoles.JoinedAsync();
        Assert.Equal((2, 42L), (target.Incarnation, target.Start.FromStart!.Value));
        await TypeAsync(reader, "x");
        Assert.Equal("x", await target.Console.TypedAsync());
    }

    [Fact]
    public async Task While_there_is_no_console_the_reader_is_told_why()
    {
        _host.Grains.Instances["inst-a"] = Views.Instance("inst-a") with { Phase = InstancePhase.Waiting, Reason = "no sled has room" };
        using var reader = await JoinAsync("");
        Assert.Equal(new SerialNote { Phase = InstancePhase.Waiting, Reason = "no sled has room" }, await NoteAsync(reader));
        _host.Grains.Instances["inst-a"] = Views.Running("inst-a", "sled-a");
        Assert.Equal(1, (await _consoles.JoinedAsync()).Incarnation);
    }

    [Fact]
    public async Task What_is_typed_before_there_is_a_console_is_kept_in_order()
    {
        _host.Grains.Instances["inst-a"] = Views.Instance("inst-a") with { Phase = InstancePhase.Starting };
        using var reader = await JoinAsync("");
        await NoteAsync(reader);
        await TypeAsync(reader, "root\n");
        await TypeAsync(reader, "uname\n");
        _host.Grains.Instances["inst-a"] = Views.Running("inst-a", "sled-a");
        var joined = await _consoles.JoinedAsync();
        await TypeAsync(reader, "exit\n");
        Assert.Equal("root\nuname\nexit\n", await TypedAsync(joined.Console, 16));
    }

    [Fact]
    public async Task What_is_typed_while_the_instance_moves_reaches_it_where_it_goes_on()
    {
        using var reader = await JoinAsync("");
        var source = await _consoles.JoinedAsync();
        await NoteAsync(reader);
        await TypeAsync(reader, "a");
        Assert.Equal("a", await source.Console.TypedAsync());
        _host.Grains.Instances["inst-a"] = Views.Instance("inst-a") with { Phase = InstancePhase.Waiting };
        source.Console.Ends();
        await NoteAsync(reader);
        await TypeAsync(reader, "b");
        _host.Grains.Instances["inst-a"] = Views.Running("inst-a", "sled-b", 2);
        var target = await _consoles.JoinedAsync();
        await TypeAsync(reader, "c");
        Assert.Equal("bc", await TypedAsync(target.Console, 2));
    }

    [Fact]
    public async Task What_a_guest_had_not_taken_when_it_moved_is_typed_again_where_it_goes_on()
    {
        using var reader = await JoinAsync("?from_start=0");
        var source = await _consoles.JoinedAsync();
        await NoteAsync(reader);
        source.Console.Tells("{\"typed\": 0}");
        await TypeAsync(reader, "uname\n");
        Assert.Equal("uname\n", await source.Console.TypedAsync());
        source.Console.Tells("{\"typed\": 2}");
        source.Console.Tells("""{"migrating": {"destination": "elsewhere", "from_start": 42}}""");
        _host.Grains.Instances["inst-a"] = Views.Running("inst-a", "sled-b", 2);
        source.Console.Ends();

        var target = await _consoles.JoinedAsync();
        await TypeAsync(reader, "id\n");
        Assert.Equal("ame\nid\n", await TypedAsync(target.Console, 7));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_was_given_to_a_console_that_broke_or_a_guest_that_is_over_is_not_typed_twice(long incarnation)
    {
        using var reader = await JoinAsync("?from_start=0");
        var first = await _consoles.JoinedAsync();
        await NoteAsync(reader);
        first.Console.Tells("{\"typed\": 0}");
        await TypeAsync(reader, "reboot\n");
        Assert.Equal("reboot\n", await first.Console.TypedAsync());
        _host.Grains.Instances["inst-a"] = Views.Running("inst-a", "sled-a", incarnation);
        first.Console.Ends();

        var next = await _consoles.JoinedAsync();
        await TypeAsync(reader, "x");
        Assert.Equal("x", await next.Console.TypedAsync());
    }

    [Fact]
    public async Task What_a_broken_console_did_not_take_is_for_the_next()
    {
        _consoles.Broken = true;
        using var reader = await JoinAsync("");
        var broken = await _consoles.JoinedAsync();
        await NoteAsync(reader);
        await TypeAsync(reader, "ls\n");
        await broken.Console.RefusedAsync();
        _consoles.Broken = false;
        broken.Console.Ends();
        Assert.Equal("ls\n", await (await _consoles.JoinedAsync()).Console.TypedAsync());
    }

    [Fact]
    public async Task Who_types_too_much_without_a_console_is_told_and_closed()
    {
        _host.Grains.Instances["inst-a"] = Views.Instance("inst-a") with { Phase = InstancePhase.Waiting };
        using var reader = await JoinAsync("");
        await NoteAsync(reader);
        await TypeAsync(reader, new string('x', SerialTyping.Limit + 1));
        var end = await reader.ReceiveAsync(new byte[16], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.PolicyViolation), (end.MessageType, end.CloseStatus));
        Assert.StartsWith("more than 64 KiB were typed while there was no console", end.CloseStatusDescription);
    }

    [Fact]
    public async Task A_long_paste_arrives_whole_and_in_order()
    {
        var text = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i:D5}"));
        using var reader = await JoinAsync("");
        var joined = await _consoles.JoinedAsync();
        var typing = TypeAsync(reader, text);
        Assert.Equal(text, await TypedAsync(joined.Console, text.Length));
        await typing;
    }

    [Fact]
    public async Task The_connection_ends_with_the_instance()
    {
        using var reader = await JoinAsync("");
        var joined = await _consoles.JoinedAsync();
        await NoteAsync(reader);
        _host.Grains.Instances["inst-a"] = Views.Instance("inst-a") with { Phase = InstancePhase.Deleted };
        joined.Console.Ends();
        var end = await reader.ReceiveAsync(new byte[16], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((WebSocketMessageType.Close, "the instance is deleted"), (end.MessageType, end.CloseStatusDescription));
    }

    [Theory]
    [InlineData("?from_start=1&most_recent=1")]
    [InlineData("?from_start=-1")]
    [InlineData("?incarnation=1")]
    [InlineData("?incarnation=0&from_start=1")]
    [InlineData("")]
    public async Task Without_an_upgrade_or_with_wrong_words_it_is_400(string query) =>
        await _host.RefusedAsync(HttpStatusCode.BadRequest, "invalid", HttpMethod.Get, $"/v1/instances/inst-a/serial{query}");

    [Fact]
    public async Task History_is_the_servers_own()
    {
        var (_, history) = await _host.SendAsync(HttpMethod.Get, "/v1/instances/inst-a/serial/history?most_recent=4");
        Assert.Equal(1000, history.GetProperty("last_byte_offset").GetInt32());
        Assert.Equal((byte)'t', history.GetProperty("data")[0].GetByte());
    }

    [Fact]
    public async Task Without_a_VM_there_is_no_history()
    {
        _host.Grains.Instances["inst-a"] = Views.Instance("inst-a") with { Phase = InstancePhase.Stopped };
        await _host.RefusedAsync(HttpStatusCode.Conflict, "conflict", HttpMethod.Get, "/v1/instances/inst-a/serial/history");
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_is_503()
    {
        _consoles.Sent = null;
        await _host.RefusedAsync(HttpStatusCode.ServiceUnavailable, "unavailable", HttpMethod.Get, "/v1/instances/inst-a/serial/history");
    }

    async Task<ClientWebSocket> JoinAsync(string query)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(new Uri(_host.Client.BaseAddress!, $"/v1/instances/inst-a/serial{query}")) { Scheme = "ws" }.Uri, CancellationToken.None);
        return socket;
    }

    static Task TypeAsync(ClientWebSocket reader, string text) => reader.SendAsync(Encoding.ASCII.GetBytes(text), WebSocketMessageType.Binary, true, CancellationToken.None);

    static async Task<string> TypedAsync(FakeConsole console, int length)
    {
        var typed = new StringBuilder();
        while (typed.Length < length) typed.Append(await console.TypedAsync());
        return typed.ToString();
    }

    static async Task<string> HearAsync(ClientWebSocket reader) => Encoding.ASCII.GetString(await ReceiveAsync(reader, WebSocketMessageType.Binary));

    static async Task<SerialNote> NoteAsync(ClientWebSocket reader) => JsonSerializer.Deserialize<SerialNote>(await ReceiveAsync(reader, WebSocketMessageType.Text), PropolisJson.Options)!;

    static async Task<byte[]> ReceiveAsync(ClientWebSocket reader, WebSocketMessageType type)
    {
        var buffer = new byte[4096];
        var frame = await reader.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(type, frame.MessageType);
        return buffer[..frame.Count];
    }
}
