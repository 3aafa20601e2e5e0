using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Server.Hosting;
using Propolis.Server.Machines;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Hypervisor.Kvm;

namespace Propolis.Server.Tests;

/// <summary>A server in this process on a free port, and a plain HTTP client of it.</summary>
sealed class TestServer : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly WebApplication _app;

    TestServer(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = Limit };
    }

    public HttpClient Http { get; }

    public static Task<TestServer> StartAsync(IMachineFactory machines) => StartAsync(machines, new KvmHypervisor());

    public static async Task<TestServer> StartAsync(IMachineFactory machines, IHypervisor hypervisor, ConfiguredDevices? devices = null)
    {
        var options = new ServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Boot = new ServerBoot.Bootrom("none", null), Level = Microsoft.Extensions.Logging.LogLevel.None, Devices = devices ?? ConfiguredDevices.None };
        var app = ServerHost.Build(options, machines, hypervisor, TimeProvider.System);
        await app.StartAsync();
        return new TestServer(app);
    }

    /// <summary>Sends a body as it is written here, and returns status and body of the answer.</summary>
    public async Task<(HttpStatusCode Status, string Body)> SendAsync(string method, string path, string? body = null, string? version = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (version is not null) request.Headers.Add("api-version", version);
        // Asked first, the server refuses a large body before anything is sent; otherwise it may hang up while this side still sends.
        request.Headers.ExpectContinue = body?.Length > 100_000;
        using var response = await Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A request that must succeed, and its answer.</summary>
    public async Task<T> MustAsync<T>(string method, string path, string? body = null)
    {
        var (status, text) = await SendAsync(method, path, body);
        Assert.True((int)status is >= 200 and < 300, $"{method} {path}: {status} {text}");
        return JsonSerializer.Deserialize<T>(text, PropolisJson.Options)!;
    }

    /// <summary>A request that must be refused with this status; its sentence.</summary>
    public async Task<string> RefusedAsync(HttpStatusCode status, string method, string path, string? body = null)
    {
        var (actual, text) = await SendAsync(method, path, body);
        Assert.True(actual == status, $"{method} {path}: {actual} {text}");
        var error = JsonSerializer.Deserialize<ServerError>(text, PropolisJson.Options)!;
        Assert.NotEmpty(error.RequestId);
        return error.Message;
    }

    /// <summary>Makes the VM and returns its id.</summary>
    public async Task<Guid> EnsureAsync(string components = Specs.Com1, int cpus = 1, int memoryMb = 16)
    {
        var id = Guid.NewGuid();
        var (status, text) = await SendAsync("PUT", "/instance", Specs.Ensure(id, components, cpus, memoryMb));
        Assert.True(status == HttpStatusCode.Created, $"{status} {text}");
        return id;
    }

    public async Task StateAsync(string state)
    {
        var (status, text) = await SendAsync("PUT", "/instance/state", $"\"{state}\"");
        Assert.True(status == HttpStatusCode.NoContent, $"{state}: {status} {text}");
    }

    /// <summary>Follows the state monitor until the VM is in this state.</summary>
    public async Task<InstanceStateMonitorResponse> WaitForAsync(InstanceState state)
    {
        var seen = new List<string>();
        for (ulong gen = 1; ;)
        {
            var next = await MustAsync<InstanceStateMonitorResponse>("GET", "/instance/state-monitor", $$"""{"gen": {{gen}}}""");
            seen.Add($"{next.Gen} {next.State}");
            if (next.State == state) return next;
            Assert.False(next.State is InstanceState.Failed or InstanceState.Destroyed, $"wanted {state}, saw {string.Join(", ", seen)}");
            gen = next.Gen + 1;
        }
    }

    /// <summary>Follows the state monitor until the VM has failed.</summary>
    public async Task WaitForFailureAsync()
    {
        for (ulong gen = 1; ;)
        {
            var next = await MustAsync<InstanceStateMonitorResponse>("GET", "/instance/state-monitor", $$"""{"gen": {{gen}}}""");
            if (next.State == InstanceState.Failed) return;
            gen = next.Gen + 1;
        }
    }

    /// <summary>Connects to the serial port.</summary>
    public async Task<ClientWebSocket> AttachAsync(string query = "")
    {
        var socket = new ClientWebSocket();
        using var limit = new CancellationTokenSource(Limit);
        await socket.ConnectAsync(new UriBuilder(new Uri(Http.BaseAddress!, $"/instance/serial{query}")) { Scheme = "ws" }.Uri, limit.Token);
        return socket;
    }

    /// <summary>Reads binary frames until they hold a text.</summary>
    public static async Task<string> ReadUntilAsync(WebSocket socket, string wanted)
    {
        using var limit = new CancellationTokenSource(Limit);
        var buffer = new byte[65536];
        var text = "";
        while (!text.Contains(wanted))
        {
            try
            {
                var frame = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
                Assert.Equal(WebSocketMessageType.Binary, frame.MessageType);
                text += Encoding.ASCII.GetString(buffer, 0, frame.Count);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{wanted}' did not come, only '{text}'.");
            }
        }
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
