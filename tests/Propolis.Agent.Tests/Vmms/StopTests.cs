using Propolis.Agent.Tests.Fakes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Server;

namespace Propolis.Agent.Tests.Vmms;

/// <summary>Stop, reboot and remove: rules 4 and 5 of <see cref="AgentRoutes"/>.</summary>
public sealed class StopTests : IDisposable
{
    readonly TestSled _sled = new();

    public void Dispose() => _sled.Dispose();

    [Fact]
    public async Task A_guest_that_obeys_its_power_button_is_stopped_in_order()
    {
        await _sled.RunAsync(1);
        var reply = await StopAsync(1);
        Assert.Equal((VmmOutcome.Done, VmmState.Stopping), (reply.Outcome, reply.Status.State));

        var status = await _sled.WaitAsync(1, VmmState.Stopped);
        Assert.Null(status.Reason);
        Assert.Equal(InstanceState.Destroyed, _sled.Servers.Only.Vm.State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(null)]
    public async Task A_guest_that_does_not_obey_or_has_no_button_is_stopped_at_once_after_the_grace(bool? obeys)
    {
        await _sled.RunAsync(1);
        _sled.Servers.Only.ObeysButton = obeys;
        await StopAsync(1);
        await _sled.WaitAsync(1, VmmState.Stopped);
        Assert.Equal(InstanceState.Destroyed, _sled.Servers.Only.Vm.State);
    }

    [Fact]
    public async Task A_server_that_does_not_stop_its_vm_is_ended()
    {
        await _sled.RunAsync(1);
        (_sled.Servers.Only.ObeysButton, _sled.Servers.Only.IgnoresStop) = (false, true);
        await StopAsync(1);
        await _sled.WaitAsync(1, VmmState.Stopped);
        Assert.True(_sled.Servers.Only.WasKilled);
    }

    [Fact]
    public async Task Stop_repeated_changes_nothing()
    {
        await _sled.RunAsync(1);
        (_sled.Servers.Only.ObeysButton, _sled.Servers.Only.IgnoresStop) = (false, false);
        var first = await StopAsync(1);
        Assert.Equal(first.Status, (await StopAsync(1)).Status);
        var stopped = await _sled.WaitAsync(1, VmmState.Stopped);
        Assert.Equal(stopped, (await StopAsync(1)).Status);
    }

    [Fact]
    public async Task A_stop_outlives_the_agent()
    {
        await _sled.RunAsync(1);
        (_sled.Servers.Only.ObeysButton, _sled.Servers.Only.IgnoresStop) = (false, true);
        _sled.Limits = _sled.Limits with { Grace = TimeSpan.FromHours(1) };
        _sled.Restart();
        await StopAsync(1);
        _sled.Limits = _sled.Limits with { Grace = TimeSpan.FromMilliseconds(10) };
        _sled.Servers.Only.IgnoresStop = false;

        _sled.Restart();
        await _sled.WaitAsync(1, VmmState.Stopped);
    }

    [Fact]
    public async Task A_guest_that_powers_itself_off_is_stopped_and_its_process_goes()
    {
        await _sled.RunAsync(1);
        _sled.Servers.Only.Vm.Publish(InstanceState.Stopping);
        await _sled.WaitAsync(1, VmmState.Stopping);
        _sled.Servers.Only.Vm.Publish(InstanceState.Stopped);
        _sled.Servers.Only.Vm.Publish(InstanceState.Destroyed);
        await _sled.WaitAsync(1, VmmState.Stopped);
        Assert.True(_sled.Servers.Only.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_vm_that_fails_is_failed_and_its_process_goes()
    {
        await _sled.RunAsync(1);
        _sled.Servers.Only.Vm.Publish(InstanceState.Failed);
        _sled.Servers.Only.Vm.Publish(InstanceState.Destroyed);
        await Until.TrueAsync(() => _sled.Servers.Only.Ended.IsCompleted, () => "its process runs");
    }

    [Fact]
    public async Task A_vm_whose_disk_belongs_to_another_is_fenced_with_the_servers_words()
    {
        await _sled.RunAsync(1);
        _sled.Servers.Only.Outcome = new() { Kind = Contracts.Server.InstanceOutcomeKind.Fenced, Detail = "disk data is fenced" };
        _sled.Servers.Only.Vm.Publish(InstanceState.Failed);
        Assert.Equal("disk data is fenced", (await _sled.WaitAsync(1, VmmState.Fenced)).Reason);
    }

    [Fact]
    public async Task A_process_that_dies_is_a_failure_that_says_how()
    {
        await _sled.RunAsync(1);
        File.WriteAllText(Path.Combine(_sled.Servers.Only.How.Folder, "server.log"), "first line\nout of memory\n\n");
        _sled.Servers.Only.End("its propolis-server was ended by signal 9");
        var status = await _sled.WaitAsync(1, VmmState.Failed);
        Assert.Equal("its propolis-server was ended by signal 9: out of memory", status.Reason);
        Assert.Null(status.ServerAddress);
    }

    [Fact]
    public async Task What_is_not_there_is_absent_and_not_stopped()
    {
        var reply = await StopAsync(7);
        Assert.Equal((VmmOutcome.Done, VmmState.Absent), (reply.Outcome, reply.Status.State));
    }

    [Fact]
    public async Task A_reboot_repeated_with_its_id_resets_once()
    {
        await _sled.RunAsync(1);
        Assert.Equal(VmmOutcome.Done, (await _sled.Vmms.RequestAsync(Requests.Key(1), Requests.Reboot("a"), default)).Outcome);
        await _sled.Vmms.RequestAsync(Requests.Key(1), Requests.Reboot("a"), default);
        _sled.Restart();
        await _sled.Vmms.RequestAsync(Requests.Key(1), Requests.Reboot("a"), default);
        Assert.Equal(1, _sled.Servers.Only.Vm.Resets);

        await _sled.Vmms.RequestAsync(Requests.Key(1), Requests.Reboot("b"), default);
        Assert.Equal(2, _sled.Servers.Only.Vm.Resets);
    }

    [Fact]
    public async Task Removal_ends_this_and_older_ones_and_refuses_them_for_ever()
    {
        await _sled.RunAsync(1);
        await _sled.RunAsync(2);
        var reply = await _sled.Vmms.RemoveAsync(Requests.Key(2));

        Assert.Equal((VmmOutcome.Done, VmmState.Absent), (reply.Outcome, reply.Status.State));
        Assert.All(_sled.Servers.Started, server => Assert.True(server.Ended.IsCompleted));
        Assert.Empty(_sled.Vmms.All());
        _sled.Restart();
        Assert.Empty(_sled.Vmms.All());
        Assert.Equal(VmmOutcome.Stale, (await _sled.Vmms.EnsureAsync(Requests.Key(2), Requests.Small())).Outcome);
        await _sled.RunAsync(3);
    }

    [Fact]
    public async Task Removal_of_what_never_came_refuses_a_late_ensure()
    {
        await _sled.Vmms.RemoveAsync(Requests.Key(1));
        Assert.Equal(VmmOutcome.Stale, (await _sled.Vmms.EnsureAsync(Requests.Key(1), Requests.Small())).Outcome);
        Assert.Empty(_sled.Servers.Started);
    }

    [Fact]
    public async Task Removal_of_an_older_one_leaves_the_newer()
    {
        await _sled.RunAsync(2);
        await _sled.Vmms.RemoveAsync(Requests.Key(1));
        Assert.Equal(VmmState.Running, (await _sled.Vmms.GetAsync(Requests.Key(2))).Status.State);
    }

    [Fact]
    public async Task Numbers_of_what_is_said_rise_over_everything_and_over_restarts()
    {
        await _sled.RunAsync(1);
        var before = _sled.Said.Max(status => status.Sequence);
        _sled.Restart();
        Assert.True((await _sled.Vmms.GetAsync(Requests.Key(1))).Status.Sequence > before);
        var removed = (await _sled.Vmms.RemoveAsync(Requests.Key(1))).Status.Sequence;
        Assert.True(removed > _sled.Said.Max(status => status.Sequence));
        // The old agent, which this test cannot kill, talks on with its own, lower numbers: each for itself rises.
        Assert.All(_sled.Said.Select(status => status.Sequence).GroupBy(sequence => sequence >> 32), epoch => Assert.Equal(epoch.Order(), epoch));
    }

    Task<VmmReply> StopAsync(long incarnation) => _sled.Vmms.RequestAsync(Requests.Key(incarnation), Requests.Stop, default);
}
