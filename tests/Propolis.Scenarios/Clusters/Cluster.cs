using System.Text.Json;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios.Clusters;

/// <summary>
/// A cluster by './propolis up', of its own beside the user's, shared by all scenarios of clusters: they leave it running, with at least two sleds.
/// </summary>
public sealed class Cluster : IAsyncLifetime
{
    static readonly TimeSpan UpLimit = TimeSpan.FromMinutes(10);
    static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(6);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    static string State => Path.Combine(Checkout.State, "scenario-cluster");

    /// <summary>How long the first 'up' took, images and programs apart.</summary>
    public TimeSpan UpTook { get; private set; }

    /// <summary>What the first 'up' said.</summary>
    public CommandResult FirstUp { get; private set; } = null!;

    /// <summary>Starts it.</summary>
    public async ValueTask InitializeAsync()
    {
        await ScriptAsync("down", "--purge");
        var began = TimeProvider.System.GetTimestamp();
        FirstUp = await UpAsync();
        UpTook = TimeProvider.System.GetElapsedTime(began);
    }

    /// <summary>Removes it.</summary>
    public async ValueTask DisposeAsync() => await ScriptAsync("down", "--purge");

    /// <summary>'./propolis up'; it must succeed.</summary>
    public Task<CommandResult> UpAsync() => ScriptAsync("up");

    /// <summary>A command of propolis-cli; it must succeed.</summary>
    public async Task<string> CliAsync(params string[] arguments) => (await ScriptAsync(["cli", .. arguments])).Output;

    /// <summary>What './propolis status --json' says.</summary>
    public async Task<JsonElement> StatusAsync() => JsonDocument.Parse((await ScriptAsync("status", "--json")).Output).RootElement;

    /// <summary>An instance as the cluster sees it.</summary>
    public async Task<JsonElement> InstanceAsync(string name) => JsonDocument.Parse(await CliAsync("instance", "show", name, "--json")).RootElement;

    /// <summary>Waits until an instance is as asked, with a limit.</summary>
    public async Task<JsonElement> WaitAsync(string name, Func<JsonElement, bool> isSo, TimeSpan? limit = null)
    {
        using var deadline = new CancellationTokenSource(limit ?? StepLimit);
        var last = "nothing";
        while (!deadline.IsCancellationRequested)
        {
            try
            {
                var seen = await InstanceAsync(name);
                if (isSo(seen)) return seen;
                last = seen.ToString();
            }
            catch (ScenarioException silent)
            {
                last = silent.Message;
            }
            await Task.Delay(Pause, CancellationToken.None);
        }
        throw new ScenarioException($"'{name}' did not become what was waited for; last seen: {last}\nEvents:\n{await EventsAsync()}");
    }

    /// <summary>Waits until an instance runs, at an incarnation or a later one.</summary>
    public Task<JsonElement> RunningAsync(string name, long incarnation = 1, TimeSpan? limit = null) =>
        WaitAsync(name, seen => Word(seen, "phase") == "running" && seen.GetProperty("incarnation").GetInt64() >= incarnation, limit);

    /// <summary>A word of an answer; empty when it is not there.</summary>
    public static string Word(JsonElement seen, string key) => seen.TryGetProperty(key, out var word) ? word.GetString() ?? "" : "";

    /// <summary>The pid and start time of the process that runs an instance's guest, on its sled.</summary>
    public async Task<string> ProcessAsync(string sled) =>
        await OnSledAsync(sled, "for p in /proc/[0-9]*; do [ \"$(readlink $p/exe)\" = /opt/propolis/bin/propolis-server ] && echo ${p#/proc/} $(cut -d ' ' -f 22 $p/stat); done; true");

    /// <summary>Kills every process of a program on a sled, at once. Returns their pids.</summary>
    public Task<string> KillAsync(string sled, string program) =>
        OnSledAsync(sled, $"for p in /proc/[0-9]*; do [ \"$(readlink $p/exe)\" = /opt/propolis/bin/{program} ] && kill -9 ${{p#/proc/}} && echo ${{p#/proc/}}; done; true");

    /// <summary>A shell command on a sled; it must succeed.</summary>
    public async Task<string> OnSledAsync(string sled, string command) => (await ScriptAsync("sled", "exec", sled, "sh", "-c", command)).Output.Trim();

    /// <summary>Waits until a sled's agent has begun an epoch.</summary>
    public async Task AgentOfEpochAsync(string sled, int epoch)
    {
        using var deadline = new CancellationTokenSource(StepLimit);
        while (await OnSledAsync(sled, "cat /data/agent/data/epoch.json") is var now && now != $"{epoch}")
        {
            if (deadline.IsCancellationRequested) throw new ScenarioException($"The agent of {sled} is in epoch {now}, not in {epoch}.");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>A power failure of a sled.</summary>
    public Task KillSledAsync(string sled) => ScriptAsync("sled", "kill", sled);

    /// <summary>How well a volume is.</summary>
    public async Task<JsonElement> VolumeHealthAsync(string name) => JsonDocument.Parse(await CliAsync("volume", "health", name, "--json")).RootElement;

    /// <summary>Waits until a volume is as asked, with a limit.</summary>
    public async Task<JsonElement> VolumeAsync(string name, Func<JsonElement, bool> isSo, TimeSpan? limit = null)
    {
        using var deadline = new CancellationTokenSource(limit ?? StepLimit);
        while (true)
        {
            var seen = await VolumeHealthAsync(name);
            if (isSo(seen)) return seen;
            if (deadline.IsCancellationRequested) throw new ScenarioException($"The volume '{name}' did not become what was waited for; last seen: {seen}\nEvents:\n{await EventsAsync()}");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>kill -9 of the silo.</summary>
    public async Task KillSiloAsync()
    {
        var pid = (await StatusAsync()).GetProperty("silo").GetProperty("pid").GetInt32();
        using var silo = System.Diagnostics.Process.GetProcessById(pid);
        silo.Kill();
        using var deadline = new CancellationTokenSource(StepLimit);
        await silo.WaitForExitAsync(deadline.Token);
    }

    /// <summary>The serial port of an instance, with its shell.</summary>
    public SerialShell Shell(string name) => new(Commands.Start(Checkout.Script, ["cli", "serial", name], Environment()));

    async Task<string> EventsAsync()
    {
        try
        {
            return await CliAsync("events");
        }
        catch (ScenarioException silent)
        {
            return silent.Message;
        }
    }

    static Dictionary<string, string> Environment() => new() { ["PROPOLIS_STATE"] = State };

    static async Task<CommandResult> ScriptAsync(params string[] arguments)
    {
        var result = await Commands.RunAsync(Checkout.Script, arguments, null, UpLimit, Environment());
        return result.ExitCode == 0 ? result : throw new ScenarioException($"'./propolis {string.Join(' ', arguments)}' ended with {result.ExitCode}: {result.Output}{result.Errors}");
    }
}
