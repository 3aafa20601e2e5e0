using Propolis.Agent.Storage;
using Propolis.Agent.Tests.Fakes;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Server;

namespace Propolis.Agent.Tests.Vmms;

/// <summary>Rule 8 of <see cref="AgentRoutes"/>: an agent that restarts goes on with what it finds.</summary>
public sealed class AdoptionTests : IDisposable
{
    readonly TestSled _sled = new();

    public void Dispose() => _sled.Dispose();

    [Fact]
    public async Task A_running_vmm_is_adopted_as_running_at_once()
    {
        await _sled.RunAsync(1);
        _sled.Restart();
        Assert.Equal(VmmState.Running, Assert.Single(_sled.Vmms.All()).State);
        Assert.False(_sled.Servers.Only.WasKilled);

        _sled.Servers.Only.Vm.Publish(InstanceState.Rebooting);
        await _sled.WaitAsync(1, VmmState.Rebooting);
    }

    [Fact]
    public async Task What_ended_meanwhile_is_failed_with_that_reason()
    {
        await _sled.RunAsync(1);
        // The old agent is dead in truth: it must not hear of the end.
        var record = new VmmStore(_sled.Folder.Path).Load().Single();
        _sled.Servers.Only.End("killed");
        await _sled.WaitAsync(1, VmmState.Failed);
        new VmmStore(_sled.Folder.Path).Save(record);

        _sled.Restart();
        var status = Assert.Single(_sled.Vmms.All());
        Assert.Equal(VmmState.Failed, status.State);
        Assert.Contains("its sled was restarted", status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_started_before_its_number_was_written_is_found_by_its_mark()
    {
        await _sled.RunAsync(1);
        var store = new VmmStore(_sled.Folder.Path);
        store.Save(store.Load().Single() with { Process = null });

        _sled.Restart();
        Assert.Equal(VmmState.Running, Assert.Single(_sled.Vmms.All()).State);
        Assert.Single(_sled.Servers.Started);
    }

    [Fact]
    public async Task A_vm_that_was_not_made_yet_is_made_after_the_restart()
    {
        _sled.Servers.OnStart = server => server.Answers = false;
        await _sled.Vmms.EnsureAsync(Requests.Key(1), Requests.Small());
        await Until.TrueAsync(() => new VmmStore(_sled.Folder.Path).Load() is [{ Process: not null }], () => "no process yet");
        _sled.Restart();
        _sled.Servers.Only.Answers = true;
        await _sled.WaitAsync(1, VmmState.Running);
    }

    [Fact]
    public async Task An_adopted_server_that_does_not_answer_is_waited_for_and_not_ended()
    {
        await _sled.RunAsync(1);
        _sled.Servers.Only.Answers = false;
        _sled.Limits = _sled.Limits with { Answer = TimeSpan.FromMilliseconds(1) };
        _sled.Restart();
        await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        Assert.Equal(VmmState.Running, Assert.Single(_sled.Vmms.All()).State);
        Assert.False(_sled.Servers.Only.WasKilled);

        _sled.Servers.Only.Answers = true;
        _sled.Servers.Only.Vm.Publish(InstanceState.Rebooting);
        await _sled.WaitAsync(1, VmmState.Rebooting);
    }

    [Fact]
    public async Task Ports_of_adopted_vmms_are_not_given_out_again()
    {
        await _sled.RunAsync(1);
        _sled.Restart();
        var other = new VmmKey(Propolis.Contracts.Ids.EntityId.Parse<Propolis.Contracts.Ids.InstanceId>("inst-two"), 1);
        await _sled.Vmms.EnsureAsync(other, Requests.Small());
        await Until.TrueAsync(() => _sled.Servers.Started.Count == 2, () => "one process");
        Assert.Equal(2, _sled.Servers.Started.Select(server => server.How.Port).Distinct().Count());
    }

    [Fact]
    public async Task Usage_counts_what_runs_and_keeps_the_time_of_what_ended()
    {
        await _sled.RunAsync(1);
        Assert.Equal((1, 1, 64L, 1.5), (_sled.Vmms.Usage().Running, _sled.Vmms.Usage().Cpus, _sled.Vmms.Usage().MemoryMb, _sled.Vmms.Usage().CpuSeconds));
        await _sled.Vmms.RemoveAsync(Requests.Key(1));
        Assert.Equal((0, 1.5), (_sled.Vmms.Usage().Running, _sled.Vmms.Usage().CpuSeconds));
    }
}
