using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Agent.Reports;
using Propolis.Agent.Sleds;
using Propolis.Agent.Storage;
using Propolis.Agent.Tests.Fakes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;

namespace Propolis.Agent.Tests.Sleds;

public sealed class HeartbeatTests : IDisposable
{
    static readonly SledRegistration Registration = new()
    {
        Sled = EntityId.Parse<SledId>("sled-one"),
        Address = "http://127.0.0.1:1",
        Capacity = new SledCapacity { Cpus = 1, MemoryMb = 1 },
        Hypervisor = "kvm",
        AgentEpoch = 1,
    };

    readonly TestSled _sled = new();
    readonly Folder _folder = new();
    readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    readonly ConcurrentQueue<(string Method, object? Argument)> _heard = [];
    readonly AgentMetrics _metrics;
    readonly ReportQueue _reports;
    readonly SledAgent _agent;
    volatile bool _isSilent;
    HeartbeatReply _reply = new() { Register = false, Expected = [] };

    public HeartbeatTests()
    {
        var grains = new FakeGrains { Answer = Hear };
        _metrics = new AgentMetrics(_services.GetRequiredService<IMeterFactory>());
        _reports = new ReportQueue(grains, TimeProvider.System, _metrics, NullLogger.Instance);
        _agent = new SledAgent(grains, () => Registration, _sled.Vmms, _reports, SequenceSource.Begin(_folder.Path), TimeProvider.System, _metrics, NullLogger<SledAgent>.Instance);
    }

    public void Dispose()
    {
        _agent.StopAsync(default).Wait(TimeSpan.FromSeconds(10));
        _agent.Dispose();
        _sled.Dispose();
        _services.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_registers_and_then_sends_what_it_has()
    {
        await _sled.RunAsync(1);
        await _agent.StartAsync(default);
        await HeardAsync("HeartbeatAsync");
        Assert.Equal("RegisterAsync", _heard.First().Method);
        Assert.Equal(VmmState.Running, Assert.Single(((SledHeartbeat)_heard.Last(call => call.Method == "HeartbeatAsync").Argument!).Vmms).State);
        Assert.True(_agent.IsHeard);
    }

    [Fact]
    public async Task A_silo_that_does_not_know_the_sled_gets_it_registered_again()
    {
        _reply = _reply with { Register = true };
        await _agent.StartAsync(default);
        await Until.TrueAsync(() => _heard.Count(call => call.Method == "RegisterAsync") >= 2, () => $"{_heard.Count} calls");
        _reply = _reply with { Register = false };
    }

    [Fact]
    public async Task It_waits_for_silos_and_ends_no_guest()
    {
        await _sled.RunAsync(1);
        _isSilent = true;
        await _agent.StartAsync(default);
        await Until.TrueAsync(() => !_agent.IsHeard, () => "heard");
        Assert.Equal(VmmState.Running, Assert.Single(_sled.Vmms.All()).State);
        _isSilent = false;
        await HeardAsync("HeartbeatAsync");
    }

    [Fact]
    public async Task What_is_expected_and_not_here_is_told_to_be_absent_and_orphans_ask_their_instance()
    {
        await _sled.RunAsync(1);
        _reply = _reply with { Expected = [Reservation(9)] };
        await _agent.StartAsync(default);
        await Until.TrueAsync(() => Reported(9) is { State: VmmState.Absent } && Reported(1) is { State: VmmState.Running }, () => $"{_heard.Count} calls");
    }

    [Fact]
    public void Nothing_is_an_orphan_for_a_silo_that_does_not_know_the_sled()
    {
        var sent = new SledHeartbeat { AgentEpoch = 1, Vmms = [new VmmStatus { Instance = Requests.One, Incarnation = 1, State = VmmState.Running, Sequence = 1 }] };
        Assert.Empty(HeartbeatRules.Orphans(sent, new HeartbeatReply { Register = true, Expected = [] }));
        Assert.Single(HeartbeatRules.Orphans(sent, new HeartbeatReply { Register = false, Expected = [] }));
    }

    VmmStatus? Reported(long incarnation) => _heard.Select(call => call.Argument).OfType<VmmStatus>().LastOrDefault(status => status.Incarnation == incarnation);

    Task HeardAsync(string method) => Until.TrueAsync(() => _heard.Any(call => call.Method == method), () => $"{_heard.Count} calls");

    static Reservation Reservation(long incarnation) => new() { Instance = Requests.One, Incarnation = incarnation, Cpus = 1, MemoryMb = 1, Project = "p", Groups = [] };

    object? Hear(string key, string method, object? argument)
    {
        if (_isSilent)
            throw new GrainCallException("silence");
        _heard.Enqueue((method, argument));
        return method switch
        {
            "HeartbeatAsync" => _reply,
            "RegisterAsync" => (Reply<SledView>)View,
            _ => ReportAdvice.Keep,
        };
    }

    static SledView View => new()
    {
        Id = Registration.Sled,
        Address = Registration.Address,
        Hypervisor = "kvm",
        Serial = "",
        Model = "",
        Policy = SledPolicy.InService,
        Health = SledHealth.Reachable,
        Capacity = Registration.Capacity,
        Reserved = Registration.Capacity,
        Reservations = [],
        Version = 1,
    };
}
