using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Propolis.Agent.Processes;
using Propolis.Agent.Tests.Fakes;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;

namespace Propolis.Agent.Tests.Sleds;

/// <summary>A whole agent against something that answers as a silo's grain endpoint does.</summary>
public sealed class RegistrationTests : IDisposable
{
    readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_agent_registers_with_the_address_at_which_it_answers_and_then_sends_heartbeats()
    {
        var registered = new ConcurrentQueue<SledRegistration>();
        var beats = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var silo = builder.Build();
        silo.MapPost("/v1/grains/propolis.sled/sled-test/register", async (HttpRequest request) =>
        {
            registered.Enqueue((await request.ReadFromJsonAsync<SledRegistration>(PropolisJson.Options))!);
            return TypedResults.Json(new Reply<SledView>(), PropolisJson.Options);
        });
        silo.MapPost("/v1/grains/propolis.sled/sled-test/heartbeat", () =>
        {
            Interlocked.Increment(ref beats);
            return TypedResults.Json(new HeartbeatReply { Register = false, Expected = [] }, PropolisJson.Options);
        });
        await silo.StartAsync();

        await using var agent = AgentHost.Build(new AgentOptions
        {
            Sled = EntityId.Parse<SledId>("sled-test"),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Silos = [new Uri("http://127.0.0.1:1"), new Uri(silo.Urls.Single())],
            DataFolder = _folder["data"],
            ImageFolder = _folder["images"],
            Ports = new PortRange(24000, 24999),
        });
        await agent.StartAsync();

        await Until.TrueAsync(() => Volatile.Read(ref beats) > 0, () => $"{registered.Count} registrations");
        Assert.Equal(agent.Urls.Single(), Assert.Single(registered).Address);
        await agent.StopAsync();
    }
}
