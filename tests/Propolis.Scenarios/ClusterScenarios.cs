using Propolis.Scenarios.Clusters;
using Propolis.Scenarios.Sleds;
using static Propolis.Scenarios.Clusters.Cluster;

namespace Propolis.Scenarios;

/// <summary>What a cluster promises while its parts are killed. Each scenario finds 'demo' running and leaves it running; only the last one costs a sled.</summary>
[Collection(ClusterCollection.Name)]
[TestCaseOrderer(typeof(AlphabeticalOrderer))]
public sealed partial class ClusterScenarios(Cluster cluster)
{
    const string Demo = "demo";

    // An agent that adopted the process cannot see its signal.
    const string Reason = "its propolis-server";

    [Fact]
    public async Task A_cluster_comes_up_with_a_demo_whose_shell_works_and_a_second_up_changes_nothing()
    {
        Assert.Contains("propolis-guest: ready", cluster.FirstUp.Output, StringComparison.Ordinal);
        Assert.Contains("./propolis cli serial demo", cluster.FirstUp.Output, StringComparison.Ordinal);
        await using (var demo = cluster.Shell(Demo))
            Assert.Equal("1", await demo.RunAsync("nproc"));

        var before = (await cluster.StatusAsync(), await cluster.InstanceAsync(Demo));
        await cluster.UpAsync();
        var after = (await cluster.StatusAsync(), await cluster.InstanceAsync(Demo));

        Assert.Equal(before.Item1.GetProperty("silo").ToString(), after.Item1.GetProperty("silo").ToString());
        Assert.Equal(before.Item1.GetProperty("sleds").ToString(), after.Item1.GetProperty("sleds").ToString());
        Assert.Equal(before.Item2.GetProperty("incarnation").GetInt64(), after.Item2.GetProperty("incarnation").GetInt64());
    }

    [Fact]
    public async Task B_killed_silo_stops_no_guest_and_knows_everything_when_it_returns()
    {
        var before = await cluster.RunningAsync(Demo);
        var process = await cluster.ProcessAsync(Word(before, "sled"));

        await cluster.KillSiloAsync();
        Assert.Equal(process, await cluster.ProcessAsync(Word(before, "sled")));
        await cluster.UpAsync();

        var after = await cluster.RunningAsync(Demo, limit: TimeSpan.FromSeconds(30));
        Assert.Equal(before.GetProperty("incarnation").GetInt64(), after.GetProperty("incarnation").GetInt64());
        Assert.Equal(process, await cluster.ProcessAsync(Word(after, "sled")));
    }

    [Fact]
    public async Task C_killed_agent_is_started_again_by_its_sled_and_adopts_the_guest()
    {
        SkipWithoutEmulation();
        var before = await cluster.RunningAsync(Demo);
        var sled = Word(before, "sled");
        var process = await cluster.ProcessAsync(sled);
        var epoch = await cluster.OnSledAsync(sled, "cat /data/agent/data/epoch.json");

        Assert.NotEmpty(await cluster.KillAsync(sled, "propolis-agent"));
        var after = await cluster.WaitAsync(Demo, seen => Word(seen, "phase") == "running" && seen.GetProperty("version").GetInt64() >= before.GetProperty("version").GetInt64());
        await cluster.AgentOfEpochAsync(sled, int.Parse(epoch, System.Globalization.CultureInfo.InvariantCulture) + 1);

        Assert.Equal(process, await cluster.ProcessAsync(sled));
        Assert.Equal(before.GetProperty("incarnation").GetInt64(), after.GetProperty("incarnation").GetInt64());
        await using var demo = cluster.Shell(Demo);
        Assert.Equal("adopted", await demo.RunAsync("echo adopted"));
    }

    [Fact]
    public async Task D_killed_server_is_a_failure_with_its_reason_and_the_instance_starts_again_by_its_policy()
    {
        SkipWithoutEmulation();
        var before = await cluster.RunningAsync(Demo);

        Assert.NotEmpty(await cluster.KillAsync(Word(before, "sled"), "propolis-server"));

        var waiting = await cluster.WaitAsync(Demo, seen => Word(seen, "reason").Contains(Reason, StringComparison.Ordinal) || seen.GetProperty("incarnation").GetInt64() > before.GetProperty("incarnation").GetInt64());
        Assert.NotEqual("failed", Word(waiting, "phase"));
        await cluster.RunningAsync(Demo, before.GetProperty("incarnation").GetInt64() + 1);
        Assert.Contains(Reason, await cluster.CliAsync("events"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Z_killed_sled_gives_its_instance_to_another_when_an_operator_expunges_it()
    {
        SkipWithoutEmulation();
        var before = await cluster.RunningAsync(Demo);
        var lost = Word(before, "sled");

        await cluster.KillSledAsync(lost);
        await cluster.CliAsync("sled", "expunge", lost, "--yes");

        var after = await cluster.RunningAsync(Demo, before.GetProperty("incarnation").GetInt64() + 1);
        Assert.NotEqual(lost, Word(after, "sled"));
        await using var demo = cluster.Shell(Demo);
        Assert.Equal("1", await demo.RunAsync("nproc"));
    }

    static void SkipWithoutEmulation() => Assert.SkipWhen(Checkout.HasUsableKvm, "Sleds are this machine itself here: its agents and servers are the user's, too.");
}
