using System.Diagnostics;
using System.Net.Http.Json;
using Propolis.Agent.Processes;
using Propolis.Agent.Storage;
using Propolis.Agent.Tests.Fakes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;

namespace Propolis.Agent.Tests.Processes;

/// <summary>Real processes: no VM dies when its agent is killed.</summary>
public sealed class AgentProgramTests : IDisposable
{
    readonly AgentProgram _agent = new();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public async Task A_killed_agent_leaves_its_vm_running_and_the_next_one_adopts_it()
    {
        await _agent.StartAsync();
        await _agent.EnsureAsync(Requests.Key(1), Requests.Small());
        var before = await _agent.WaitAsync(Requests.Key(1), VmmState.Running);
        var identity = Identity(1);

        await _agent.KillAsync();
        Assert.True(HostProcess.IsAlive(identity), "the VM's process died with its agent");
        await _agent.StartAsync();

        var after = await _agent.StatusAsync(Requests.Key(1));
        Assert.Equal((VmmState.Running, before.ServerAddress), (after.State, after.ServerAddress));
        Assert.True(after.Sequence > before.Sequence);
        Assert.Equal(identity, Identity(1));

        // And it is in charge again: it hears of the guest's own end.
        using var server = new HttpClient { BaseAddress = new Uri($"http://{after.ServerAddress}") };
        using var told = await server.PutAsJsonAsync(new Uri("/fake/state", UriKind.Relative), InstanceState.Destroyed, PropolisJson.Options);
        await _agent.WaitAsync(Requests.Key(1), VmmState.Stopped);
        await Until.TrueAsync(() => !HostProcess.IsAlive(identity), () => "its process runs");
    }

    [Fact]
    public async Task A_server_runs_in_a_session_of_its_own()
    {
        await _agent.StartAsync();
        await _agent.EnsureAsync(Requests.Key(1), Requests.Small());
        await _agent.WaitAsync(Requests.Key(1), VmmState.Running);
        var pid = Identity(1).Pid;
        var fields = (await File.ReadAllTextAsync($"/proc/{pid}/stat")).Split(") ")[^1].Split(' ');
        Assert.Equal([$"{pid}", $"{pid}"], fields[2..4]);
    }

    [Fact]
    public async Task A_killed_server_is_a_failure_by_its_signal()
    {
        await _agent.StartAsync();
        await _agent.EnsureAsync(Requests.Key(1), Requests.Small());
        await _agent.WaitAsync(Requests.Key(1), VmmState.Running);
        Process.GetProcessById(Identity(1).Pid).Kill();
        Assert.Contains("signal 9", (await _agent.WaitAsync(Requests.Key(1), VmmState.Failed)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_ends_by_itself_is_a_failure_with_its_last_words()
    {
        await _agent.StartAsync();
        await _agent.EnsureAsync(Requests.Key(1), Requests.Small("broken"));
        Assert.Equal(
            "its propolis-server ended with exit code 3: the fake breaks, as its name says",
            (await _agent.WaitAsync(Requests.Key(1), VmmState.Failed)).Reason);
    }

    [Fact]
    public async Task A_second_agent_on_the_same_folder_does_not_start()
    {
        await _agent.StartAsync();
        using var second = Process.Start(new ProcessStartInfo(AgentProgram.Program("propolis-agent"))
        {
            ArgumentList = { "run", "--sled", "sled-test", "--listen", $"127.0.0.1:{AgentProgram.FreePort()}", "--data", _agent.Data },
            RedirectStandardError = true,
        })!;
        var errors = await second.StandardError.ReadToEndAsync();
        await second.WaitForExitAsync();
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("in use by another agent", errors, StringComparison.Ordinal);
    }

    ProcessIdentity Identity(long incarnation) => new VmmStore(_agent.Data).Load().Single(record => record.Incarnation == incarnation).Process!;
}
