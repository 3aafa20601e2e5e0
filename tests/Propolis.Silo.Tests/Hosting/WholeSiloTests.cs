using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Specs;
using Propolis.Silo.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Hosting;

/// <summary>A whole silo on a real database, called over real sockets, with an agent of a few lines: what holds for SQLite holds for PostgreSQL.</summary>
public abstract class WholeSiloTests : IAsyncLifetime
{
    readonly ConcurrentDictionary<string, VmmState> _vmms = [];
    IDatabase? _database;
    WebApplication? _silo;
    WebApplication? _agent;
    HttpClient? _http;
    long _sequence;

    IInstanceGrain Instance => Grains.Get<IInstanceGrain>("inst-a");

    ISledGrain Sled => Grains.Get<ISledGrain>("sled-1");

    RemoteGrains Grains => new(_http!);

    public async ValueTask InitializeAsync()
    {
        _agent = await StartAgentAsync();
        await StartSiloAsync();
        await Sled.RegisterAsync(new() { Sled = SledId.Make("sled-1"), Address = _agent.Urls.First(), Capacity = new() { Cpus = 4, MemoryMb = 4096 }, Hypervisor = "kvm", AgentEpoch = 1 });
    }

    public async ValueTask DisposeAsync()
    {
        await StopSiloAsync();
        if (_agent is not null)
            await _agent.DisposeAsync();
        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<IDatabase> OpenAsync();

    protected virtual Task CleanAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_instance_lives_from_create_to_delete()
    {
        await CreateAsync();
        var running = await UntilAsync(InstancePhase.Running);
        Assert.Equal((1, "sled-1"), (running.Incarnation, running.Sled?.Value));
        Assert.Equal(2, (await Sled.GetAsync()).Value!.Reserved.Cpus);
        await CommandAsync(InstanceAction.Stop, "stop");
        await UntilAsync(InstancePhase.Stopped);
        await CommandAsync(InstanceAction.Start, "start");
        Assert.Equal(2, (await UntilAsync(InstancePhase.Running)).Incarnation);
        await CommandAsync(InstanceAction.Delete, "delete");
        await UntilAsync(InstancePhase.Deleted);

        Assert.Equal(0, (await Sled.GetAsync()).Value!.Reserved.Cpus);
        Assert.Equal(0, (await Grains.Get<IProjectGrain>("proj-web").GetAsync()).Used.Instances);
        Assert.Empty((await Index.InstancesAsync(new())).Items);
        var events = (await Index.EventsAsync(new() { Subject = "inst-a" })).Events.Select(one => one.Type).ToArray();
        Assert.Equal("created", events[0]);
        Assert.Equal("deleted", events[^1]);
    }

    [Fact]
    public async Task A_silo_that_starts_again_goes_on_with_everything()
    {
        await CreateAsync();
        await UntilAsync(InstancePhase.Running);
        await CommandAsync(InstanceAction.Stop, "stop");
        await StopSiloAsync();
        await StartSiloAsync();
        await Sled.HeartbeatAsync(new() { AgentEpoch = 1, Vmms = [] });

        var stopped = await UntilAsync(InstancePhase.Stopped);
        Assert.Equal(1, stopped.Incarnation);
        Assert.Equal("inst-a", (await Index.InstancesAsync(new() { Project = "web", Name = "one" })).Items.Single().Id.Value);
    }

    [Fact]
    public async Task A_failure_is_followed_by_another_start()
    {
        await CreateAsync();
        await UntilAsync(InstancePhase.Running);
        Assert.Equal(ReportAdvice.Keep, await Instance.ReportAsync(Status("inst-a", 1, VmmState.Failed) with { Reason = "boom" }));
        for (var i = 0; i < 300 && (await Instance.GetAsync()).Value!.Incarnation == 1; i++)
            await Task.Delay(100);
        Assert.Equal(2, (await UntilAsync(InstancePhase.Running)).Incarnation);
        Assert.Equal(ReportAdvice.Remove, await Instance.ReportAsync(Status("inst-a", 1, VmmState.Running)));
        var said = (await Index.EventsAsync(new() { Subject = "inst-a" })).Events;
        Assert.Contains(said, one => one is { Type: "restart-planned", Reason: "boom" });
    }

    IClusterIndex Index => _silo!.Services.GetRequiredService<IClusterIndex>();

    async Task CreateAsync()
    {
        var template = new InstanceTemplate
        {
            Project = "web",
            Name = "one",
            Spec = new() { Board = new() { Cpus = 2, MemoryMb = 1024, Chipset = new I440Fx { EnablePcie = false } }, Components = new([]) },
        };
        Assert.Null((await Instance.CreateAsync(new() { OperationId = "create", Actor = "u", Template = template })).Refusal);
    }

    async Task CommandAsync(InstanceAction action, string operation) =>
        Assert.Null((await Instance.CommandAsync(new() { OperationId = operation, Actor = "u", Action = action })).Refusal);

    async Task<InstanceView> UntilAsync(InstancePhase phase)
    {
        InstanceView? view = null;
        for (var i = 0; i < 600; i++)
        {
            view = (await Instance.GetAsync()).Value!;
            if (view.Phase == phase)
                return view;
            await Task.Delay(100);
        }
        throw new Xunit.Sdk.XunitException($"the instance did not become {phase}; it is {view!.Phase} ({view.Reason})");
    }

    async Task StartSiloAsync()
    {
        _database = await OpenAsync();
        _silo = SiloApp.Build(_database, new(IPAddress.Loopback, 0), new(), change: builder => builder.Logging.ClearProviders());
        await _silo.Services.GetRequiredService<SiloLease>().AcquireAsync(SiloLease.ThisProcess());
        await _silo.StartAsync();
        _http = new() { BaseAddress = new Uri($"{_silo.Urls.First()}/v1/") };
    }

    async Task StopSiloAsync()
    {
        _http?.Dispose();
        if (_silo is not null)
        {
            await _silo.StopAsync();
            await _silo.DisposeAsync();
        }
        if (_database is not null)
            await _database.DisposeAsync();
        (_http, _silo, _database) = (null, null, null);
    }

    async Task<WebApplication> StartAgentAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var agent = builder.Build();
        agent.MapPut(AgentRoutes.VmmPattern, (string instance, long incarnation) => Answer(instance, incarnation, _vmms.GetOrAdd($"{instance}/{incarnation}", VmmState.Running)));
        agent.MapPut($"{AgentRoutes.VmmPattern}/state", (string instance, long incarnation) => Answer(instance, incarnation, _vmms[$"{instance}/{incarnation}"] = VmmState.Stopped));
        agent.MapDelete(AgentRoutes.VmmPattern, (string instance, long incarnation) =>
        {
            _vmms.TryRemove($"{instance}/{incarnation}", out _);
            return Answer(instance, incarnation, VmmState.Absent);
        });
        await agent.StartAsync();
        return agent;
    }

    IResult Answer(string instance, long incarnation, VmmState state) =>
        Results.Text(JsonSerializer.Serialize(new VmmReply { Outcome = VmmOutcome.Done, Status = Status(instance, incarnation, state) }, PropolisJson.Options), "application/json");

    VmmStatus Status(string instance, long incarnation, VmmState state) => new()
    {
        Instance = InstanceId.Make(instance),
        Incarnation = incarnation,
        State = state,
        Sequence = (1L << 32) + Interlocked.Increment(ref _sequence),
        Sled = SledId.Make("sled-1"),
    };
}
