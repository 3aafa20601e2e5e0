using System.Net;
using Microsoft.AspNetCore.Builder;
using Propolis.Agent.Processes;
using Propolis.Agent.Tests.Fakes;
using Propolis.Agent.Tests.Processes;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Ids;

namespace Propolis.Agent.Tests.Rest;

/// <summary>An agent without silos, in this process, that tests share.</summary>
public sealed class RestAgent : IAsyncLifetime
{
    WebApplication _agent = null!;

    internal Folder Folder { get; } = new();

    /// <summary>Speaks to it.</summary>
    public HttpClient Http { get; } = new();

    /// <summary>Starts it.</summary>
    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Folder["images"]);
        File.WriteAllText(Folder["images/vmlinuz"], "kernel");
        _agent = AgentHost.Build(new AgentOptions
        {
            Sled = EntityId.Parse<SledId>("sled-test"),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            DataFolder = Folder["data"],
            ImageFolder = Folder["images"],
            MemoryFolder = Folder["memory"],
            Ports = new PortRange(24000, 24999),
            Server = AgentProgram.Program("fake-propolis-server"),
        });
        await _agent.StartAsync();
        Http.BaseAddress = new Uri(_agent.Urls.Single());
    }

    /// <summary>Removes what tests left running, and ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        var vmms = (SledVmms)_agent.Services.GetService(typeof(SledVmms))!;
        foreach (var status in vmms.All())
            await vmms.RemoveAsync(new VmmKey(status.Instance, status.Incarnation));
        Http.Dispose();
        await _agent.DisposeAsync();
        Folder.Dispose();
    }
}
