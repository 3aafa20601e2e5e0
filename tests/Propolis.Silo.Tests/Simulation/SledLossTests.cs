using Propolis.Contracts.Instances;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Instances;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>A sled that is lost, and one that is emptied, with nothing else going wrong. User 0 has a fenced disk, user 1 has none.</summary>
public sealed class SledLossTests
{
    readonly SimWorld _world = new(42);
    readonly SimCluster _cluster;

    public SledLossTests()
    {
        _cluster = new(_world, instances: 2, sleds: 3);
        _cluster.Begin();
        foreach (var agent in _world.Agents.Values)
            agent.GuestFails = 0;
        foreach (var user in _cluster.Users)
        {
            _world.Run(async () =>
            {
                await user.CreateAsync();
                return 0;
            });
        }
        _world.RunFor(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void With_fenced_disks_it_is_decided_within_20_s_that_a_guest_starts_elsewhere()
    {
        AgentOf(0).LosePower();
        _world.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(2, State(0).Incarnation);
        _world.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(InstancePhase.Running, PhaseRules.Of(State(0)));
        Assert.Empty(_world.History.Violations);
    }

    [Fact]
    public void A_sled_that_was_only_cut_off_gives_up_its_guest_when_it_returns()
    {
        var agent = AgentOf(0);
        agent.IsCutOff = true;
        _world.RunFor(TimeSpan.FromSeconds(40));
        Assert.Equal((2, 1), (State(0).Incarnation, State(0).Leftovers.Count));
        agent.IsCutOff = false;
        _world.RunFor(TimeSpan.FromMinutes(1));
        Assert.Empty(State(0).Leftovers);
        _cluster.Fail([.. _world.History.Violations, .. _cluster.Check()]);
    }

    [Fact]
    public void A_guest_whose_agent_is_dead_stays_as_long_as_its_own_server_answers()
    {
        var agent = AgentOf(0);
        agent.KillAgent();
        _world.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal((1, InstancePhase.Waiting), (State(0).Incarnation, PhaseRules.Of(State(0))));
        Assert.Contains("own server answers", State(0).Reason, StringComparison.Ordinal);
        agent.Start();
        _world.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal((1, InstancePhase.Running), (State(0).Incarnation, PhaseRules.Of(State(0))));

        agent.KillAgent();
        _world.RunFor(TimeSpan.FromMinutes(1));
        agent.LosePower();
        _world.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal((2, InstancePhase.Running), (State(0).Incarnation, PhaseRules.Of(State(0))));
        Assert.Empty(_world.History.Violations);
    }

    [Fact]
    public void Without_fenced_disks_a_guest_waits_until_its_sled_is_expunged()
    {
        var agent = AgentOf(1);
        agent.LosePower();
        _world.RunFor(TimeSpan.FromMinutes(10));
        Assert.Equal((1, InstancePhase.Waiting), (State(1).Incarnation, PhaseRules.Of(State(1))));
        Assert.Contains("until it is heard or expunged", State(1).Reason, StringComparison.Ordinal);
        SetPolicy(agent, SledPolicy.Expunged);
        _world.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal((2, InstancePhase.Running), (State(1).Incarnation, PhaseRules.Of(State(1))));
        Assert.Empty(State(1).Leftovers);
    }

    [Fact]
    public void A_drain_moves_guests_live_and_a_sled_in_service_again_takes_new_ones()
    {
        var agent = AgentOf(1);
        SetPolicy(agent, SledPolicy.Draining);
        _world.RunFor(TimeSpan.FromMinutes(2));
        Assert.Empty(agent.Processes);
        Assert.Equal(2, _world.History.GuestStarts);
        Assert.True(_world.History.GuestMoves >= 1);
        var drain = _world.Run(() => _world.Network.CallAsync<IDrainGrain, Reply<DrainView>>($"drain-{agent.Sled}", grain => grain.GetAsync())).Value!;
        Assert.True(drain.Active);
        Assert.Empty(drain.Remaining);
        SetPolicy(agent, SledPolicy.InService);
        _cluster.Fail([.. _world.History.Violations, .. _cluster.Check()]);
    }

    [Fact]
    public void While_every_silo_is_dead_guests_run_on_and_afterwards_the_states_are_right()
    {
        _world.Silo!.Kill();
        _world.RunFor(TimeSpan.FromMinutes(30));
        Assert.Equal(2, _world.Agents.Values.Sum(agent => agent.Processes.Count(vmm => vmm.GuestRuns)));
        _cluster.StartSilo();
        _world.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(2, _world.History.GuestStarts);
        _cluster.Fail([.. _world.History.Violations, .. _cluster.Check()]);
    }

    InstanceState State(int user) => EntityCodec.Decode<InstanceState>(_world.Store.Rows.Single(row => row.Key == $"inst-{user}"));

    SimAgent AgentOf(int user) => _world.Agents.Values.Single(agent => agent.Sled == State(user).Current!.Sled);

    void SetPolicy(SimAgent agent, SledPolicy policy)
    {
        var command = new SledPolicyCommand { OperationId = "p", Actor = "u", Policy = policy };
        Assert.Null(_world.Run(() => _world.Network.CallAsync<ISledGrain, Reply<SledView>>(agent.Sled.Value, sled => sled.SetPolicyAsync(command))).Refusal);
    }
}
