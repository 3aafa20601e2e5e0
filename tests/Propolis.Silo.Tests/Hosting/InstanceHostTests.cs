using System.Diagnostics;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Specs;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Tests.Hosting;

/// <summary>Instances on sleds on paper, by every host: what they are follows from the grains' own timers.</summary>
public abstract class InstanceHostTests : GrainHostTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // More than the sleds of other tests hold.
    const int Large = 100_000;

    static int _tests;

    readonly string _name = $"i{Interlocked.Increment(ref _tests)}";

    /// <summary>The sleds that the host reaches.</summary>
    internal abstract PaperAgents Agents { get; }

    /// <summary>Times that a test can wait for.</summary>
    public static ClusterOptions Soon { get; } = new()
    {
        CallTimeout = TimeSpan.FromSeconds(20),
        PlacementRetry = TimeSpan.FromMilliseconds(200),
        RetryAfter = TimeSpan.FromMilliseconds(200),
        SledSilence = TimeSpan.FromMinutes(10),
    };

    InstanceId Id => InstanceId.Make($"inst-{_name}");

    IInstanceGrain Instance => Grains.Get<IInstanceGrain>(Id.Value);

    IProjectGrain Project => Grains.Get<IProjectGrain>($"proj-{_name}");

    [Fact]
    public async Task An_instance_runs_stops_and_is_gone_with_all_it_took()
    {
        await AddSledAsync();
        await CreateAsync();
        await WaitAsync(InstancePhase.Running);
        var agent = Assert.Single(Agents.With(Id));
        Assert.Equal(1, (await Project.GetAsync()).Used.Instances);

        await CommandAsync("stop", InstanceAction.Stop);
        await WaitAsync(InstancePhase.Stopped);
        Assert.Empty(Agents.With(Id));

        await CommandAsync("delete", InstanceAction.Delete);
        await WaitAsync(InstancePhase.Deleted);
        Assert.Equal(0, (await Project.GetAsync()).Used.Instances);
        Assert.DoesNotContain(Id, (await Grains.Get<ISledGrain>(agent.Id.Value).GetAsync()).Value!.Reservations.Select(one => one.Instance));
    }

    [Fact]
    public async Task A_repeated_creation_changes_nothing_and_another_one_is_refused()
    {
        await AddSledAsync();
        var first = await CreateAsync();
        Assert.Equal(first.Value!.CreatedAt, (await CreateAsync()).Value!.CreatedAt);
        Assert.Equal(RefusalCode.Conflict, (await CreateAsync("other")).Refusal!.Code);
    }

    [Fact]
    public async Task An_instance_without_a_place_waits_and_runs_when_there_is_one()
    {
        await CreateAsync(memoryMb: Large);
        var waiting = await WaitAsync(InstancePhase.Waiting);
        Assert.NotNull(waiting.Reason);

        await AddSledAsync(2 * Large);
        await WaitAsync(InstancePhase.Running);
        Assert.Single(Agents.With(Id));
    }

    [Fact]
    public async Task A_guest_that_crashed_runs_again_with_the_next_incarnation()
    {
        await AddSledAsync();
        await CreateAsync();
        var before = await WaitAsync(InstancePhase.Running);
        var crash = Agents.With(Id).Single().Fail(Id, before.Incarnation);
        await Instance.ReportAsync(crash.Status);

        var after = await WaitAsync(InstancePhase.Running, incarnation: before.Incarnation + 1);
        Assert.Equal(before.Incarnation + 1, after.Incarnation);
        Assert.Single(Agents.With(Id));
    }

    async Task<PaperAgent> AddSledAsync(long memoryMb = Large / 2)
    {
        var agent = Agents.Add(_name);
        Assert.Null((await Grains.Get<ISledGrain>(agent.Id.Value).RegisterAsync(agent.Register(PaperAgents.AddressOf(_name), memoryMb))).Refusal);
        return agent;
    }

    Task<Reply<InstanceView>> CreateAsync(string operation = "create", ulong memoryMb = 128) => Instance.CreateAsync(new()
    {
        OperationId = operation,
        Actor = "test",
        Template = new()
        {
            Project = _name,
            Name = _name,
            Spec = new() { Board = new() { Cpus = 1, MemoryMb = memoryMb, Chipset = new I440Fx { EnablePcie = false } }, Components = new([]) },
            Restart = new() { Mode = RestartMode.OnFailure, CooldownSeconds = 0 },
        },
    });

    async Task CommandAsync(string operation, InstanceAction action) =>
        Assert.Null((await Instance.CommandAsync(new() { OperationId = operation, Actor = "test", Action = action })).Refusal);

    async Task<InstanceView> WaitAsync(InstancePhase phase, long incarnation = 0)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var view = (await Instance.GetAsync()).Value!;
            if (view.Phase == phase && view.Incarnation >= incarnation)
                return view;
            Assert.True(Stopwatch.GetElapsedTime(began) < Limit, $"{Id} is {view.Phase} ({view.Reason}), not {phase}");
            await Task.Delay(20);
        }
    }
}
