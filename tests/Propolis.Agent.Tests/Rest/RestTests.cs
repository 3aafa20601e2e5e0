using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Propolis.Agent.Tests.Fakes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Serialization;

namespace Propolis.Agent.Tests.Rest;

/// <summary>The agent's REST interface, in this process, over the fake propolis-server. Each test has an instance of its own.</summary>
public sealed class RestTests(RestAgent agent) : IClassFixture<RestAgent>
{
    HttpClient Http => agent.Http;

    [Theory]
    [InlineData("PUT", "/v1/vmms/one/1", "{}", 400, "\"one\" is no instance")]
    [InlineData("PUT", "/v1/vmms/inst-one/0", "{}", 400, "\"0\" is no incarnation")]
    [InlineData("GET", "/v1/vmms/inst-one/first", null, 400, "\"first\" is no incarnation")]
    [InlineData("DELETE", "/v1/vmms/inst-one/-3", null, 400, "\"-3\" is no incarnation")]
    [InlineData("PUT", "/v1/vmms/inst-one/1", "{", 400, "the body is no VmmEnsureRequest")]
    [InlineData("PUT", "/v1/vmms/inst-one/1", "null", 400, "the body is null")]
    [InlineData("PUT", "/v1/vmms/inst-one/1", """{"name": "x"}""", 400, "missing required properties")]
    [InlineData("PUT", "/v1/vmms/inst-one/1/state", """{"requested": "explode", "operation_id": "x"}""", 400, "the body is no VmmStateRequest")]
    [InlineData("GET", "/v1/vmms/inst-one/1/serial", null, 404, "no running server")]
    public async Task Bad_input_is_told_in_one_sentence_and_changes_nothing(string method, string path, string? body, int status, string sentence)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Url(path)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await Http.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Contains(sentence, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(agent.Folder["data/instances/inst-one"]));
    }

    [Fact]
    public async Task A_body_larger_than_a_mebibyte_is_refused()
    {
        using var body = new StringContent($"{{\"name\": \"{new string('x', 1 << 20)}\"}}", Encoding.UTF8, "application/json");
        // Asked first, the agent says no before anything is sent; otherwise it may hang up while this side still sends.
        using var request = new HttpRequestMessage(HttpMethod.Put, Url(AgentRoutes.Vmm(Requests.One, 1))) { Content = body };
        request.Headers.ExpectContinue = true;
        using var answer = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("1048576 bytes", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vmm_lives_and_ends_over_rest()
    {
        var vmm = await RunAsync("inst-life");
        Assert.Equal(VmmState.Running, (await Http.GetFromJsonAsync<VmmStatus[]>(Url(AgentRoutes.Vmms), PropolisJson.Options))!.Single(status => status.Instance == vmm).State);
        var sled = await Http.GetFromJsonAsync<JsonElement>(Url("/v1/sled"));
        Assert.InRange(sled.GetProperty("usage").GetProperty("running").GetInt32(), 1, 10);

        using (var stop = await Http.PutAsJsonAsync(Url(AgentRoutes.VmmState(vmm, 1)), Requests.Stop, PropolisJson.Options))
            Assert.Equal(HttpStatusCode.OK, stop.StatusCode);
        await Until.TrueAsync(async () => (await StatusAsync(vmm)).State == VmmState.Stopped, () => "not stopped");
        var removed = await Http.DeleteFromJsonAsync<VmmReply>(Url(AgentRoutes.Vmm(vmm, 1)), PropolisJson.Options);
        Assert.Equal(VmmState.Absent, removed!.Status.State);
    }

    [Fact]
    public async Task Serial_frames_pass_through_both_ways_with_query_kinds_and_close()
    {
        var vmm = await RunAsync("inst-serial");
        using var socket = new ClientWebSocket();
        var root = new UriBuilder(Http.BaseAddress!) { Scheme = "ws", Path = AgentRoutes.VmmSerial(vmm, 1), Query = "from_start=7" };
        await socket.ConnectAsync(root.Uri, default);

        Assert.Equal((WebSocketMessageType.Binary, "serial?from_start=7\n"), await ReadAsync(socket));
        Assert.Equal(WebSocketMessageType.Text, (await ReadAsync(socket)).Kind);
        await socket.SendAsync("typed"u8.ToArray(), WebSocketMessageType.Binary, true, default);
        Assert.Equal((WebSocketMessageType.Binary, "typed"), await ReadAsync(socket));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
        Assert.Equal(WebSocketState.Closed, socket.State);
    }

    [Fact]
    public async Task The_history_of_a_serial_console_passes_through_with_its_query()
    {
        var vmm = await RunAsync("inst-history");
        var history = await Http.GetFromJsonAsync<JsonElement>(Url(AgentRoutes.VmmSerialHistory(vmm, 1) + "?from_start=3"));
        Assert.Equal("history?from_start=3", Encoding.ASCII.GetString([.. history.GetProperty("data").EnumerateArray().Select(one => one.GetByte())]));
        using var none = await Http.GetAsync(Url(AgentRoutes.VmmSerialHistory(EntityId.Parse<InstanceId>("inst-nobody"), 1)));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task Metrics_and_health_are_there()
    {
        await RunAsync("inst-metrics");
        var text = await Http.GetStringAsync(Url("/metrics"));
        Assert.Contains("propolis_agent_vmm_starts_total", text, StringComparison.Ordinal);
        Assert.Contains("propolis_agent_vmm_resident", text, StringComparison.Ordinal);
        Assert.Contains("healthy", await Http.GetStringAsync(Url("/health/live")), StringComparison.Ordinal);
        Assert.Contains("degraded", await Http.GetStringAsync(Url("/health/ready")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_openapi_document_is_the_released_one()
    {
        var today = Normal(await Http.GetStringAsync(Url("/openapi/v1.json")));
        var output = Path.Combine(AppContext.BaseDirectory, "propolis-agent.actual.json");
        await File.WriteAllTextAsync(output, today);
        using var stream = typeof(RestTests).Assembly.GetManifestResourceStream("propolis-agent.json")!;
        var released = Normal(await new StreamReader(stream).ReadToEndAsync());
        Assert.True(released == today, $"the interface differs from contracts/openapi/propolis-agent.json; {output} holds today's");
    }

    static string Normal(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement, Indented) + "\n";

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    async Task<InstanceId> RunAsync(string name)
    {
        var vmm = EntityId.Parse<InstanceId>(name);
        using var answer = await Http.PutAsJsonAsync(Url(AgentRoutes.Vmm(vmm, 1)), Requests.Small(), PropolisJson.Options);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Until.TrueAsync(async () => (await StatusAsync(vmm)).State == VmmState.Running, () => "not running");
        return vmm;
    }

    async Task<VmmStatus> StatusAsync(InstanceId vmm) => (await Http.GetFromJsonAsync<VmmReply>(Url(AgentRoutes.Vmm(vmm, 1)), PropolisJson.Options))!.Status;

    static Uri Url(string path) => new(path, UriKind.Relative);

    static async Task<(WebSocketMessageType Kind, string Text)> ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1024];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var frame = await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token);
        return (frame.MessageType, Encoding.UTF8.GetString(buffer, 0, frame.Count));
    }
}
