using System.Diagnostics;
using System.Text.Json;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;

namespace Propolis.Cli.Tests.EndToEnd;

/// <summary>Users' stories from the command line down to the database: real REST, real grains, real SQLite; only the sleds are of paper.</summary>
public sealed class LifeOfAnInstanceTests(PaperCluster cluster) : IClassFixture<PaperCluster>
{
    const string Limit = "60s";

    [Fact]
    public async Task An_instance_is_made_stopped_edited_started_and_deleted()
    {
        Assert.Contains("running", await WorksAsync("instance", "create", "life", "--cpus", "1", "--memory", "128", "--kernel", "vmlinuz", "--wait", "--timeout", Limit), StringComparison.Ordinal);
        Assert.Contains("life", await WorksAsync("instance", "list", "--phase", "running"), StringComparison.Ordinal);
        Assert.Contains("409", await FailsAsync("instance", "edit", "life", "--memory", "256"), StringComparison.Ordinal);

        await WorksAsync("instance", "stop", "life", "--wait", "--timeout", Limit);
        await WorksAsync("instance", "edit", "life", "--memory", "256", "--description", "bigger");
        Assert.Equal(256, (await ShowAsync("life")).GetProperty("memory_mb").GetInt32());

        await WorksAsync("instance", "start", "life", "--wait", "--timeout", Limit);
        Assert.Equal(2, (await ShowAsync("life")).GetProperty("incarnation").GetInt32());
        await WorksAsync("instance", "delete", "life", "--wait", "--timeout", Limit);
        Assert.Contains("no instance", await FailsAsync("instance", "show", "life"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_key_makes_one_instance_and_another_body_is_refused()
    {
        var first = await WorksAsync("instance", "create", "once", "--key", "once-1", "--no-start", "--json");
        var again = await WorksAsync("instance", "create", "once", "--key", "once-1", "--no-start", "--json");
        Assert.Equal(Id(first), Id(again));
        Assert.Contains("422", await FailsAsync("instance", "create", "once", "--key", "once-1", "--memory", "64", "--no-start"), StringComparison.Ordinal);
        Assert.Contains("once", await FailsAsync("instance", "create", "once", "--no-start"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_failed_is_started_again_by_its_policy_and_events_say_why()
    {
        var id = Id(await WorksAsync("instance", "create", "fragile", "--restart", "never", "--wait", "--timeout", Limit, "--json"));
        await cluster.Sleds.EndAsync(InstanceId.Make(id), VmmState.Failed, "triple fault");
        await WorksAsync("wait", "fragile", "--for", "failed", "--timeout", Limit);
        Assert.Contains("triple fault", (await ShowAsync("fragile")).GetProperty("reason").GetString(), StringComparison.Ordinal);

        await WorksAsync("instance", "start", "fragile", "--wait", "--timeout", Limit, "--reason", "try again");
        var events = await WorksAsync("events", "--after", "0", "--subject", id);
        Assert.Contains("try again", events, StringComparison.Ordinal);
        Assert.Contains("triple fault", events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_is_made_used_and_kept_from_being_deleted_while_it_is()
    {
        await WorksAsync("volume", "create", "disk", "--size", "1M");
        await WorksAsync("instance", "create", "user", "--disk", "disk", "--wait", "--timeout", Limit);
        Assert.Contains("start", await WorksAsync("volume", "show", "disk"), StringComparison.Ordinal);
        Assert.Contains("409", await FailsAsync("volume", "delete", "disk"), StringComparison.Ordinal);

        await WorksAsync("instance", "delete", "user", "--wait", "--timeout", Limit);
        await WorksAsync("volume", "delete", "disk");
    }

    [Fact]
    public async Task A_project_gets_no_more_than_its_quota()
    {
        await WorksAsync("project", "quota", "small", "--instances", "1", "--cpus", "4", "--memory", "1024");
        await WorksAsync("instance", "create", "one", "--project", "small", "--no-start");
        Assert.Contains("403", await FailsAsync("instance", "create", "two", "--project", "small", "--no-start"), StringComparison.Ordinal);
        Assert.Contains("1 of 1", await WorksAsync("project", "show", "small"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Placement_says_why_not()
    {
        await WorksAsync("instance", "create", "huge", "--cpus", "64", "--no-start");
        var report = await WorksAsync("instance", "placement", "huge");
        Assert.Equal(3, report.TrimEnd().Split('\n').Length);
        Assert.DoesNotContain("takes it", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_agent_is_asked_belongs_to_the_trace_of_the_command()
    {
        using var story = new Activity("story").Start();
        var id = Id(await WorksAsync("instance", "create", "traced", "--wait", "--timeout", Limit, "--json"));
        Assert.Equal(story.TraceId.ToString(), cluster.Sleds.Traces[InstanceId.Make(id)]);
    }

    [Fact]
    public async Task Sleds_are_listed_with_what_is_taken_of_them() => Assert.Equal(4, (await WorksAsync("sled", "list")).TrimEnd().Split('\n').Length);

    async Task<JsonElement> ShowAsync(string name) => JsonDocument.Parse(await WorksAsync("instance", "show", name, "--json")).RootElement;

    static string Id(string json) => JsonDocument.Parse(json).RootElement.GetProperty("id").GetString()!;

    async Task<string> WorksAsync(params string[] args)
    {
        var (code, output, errors) = await Cli.RunAsync(["--silo", cluster.Address.ToString(), .. args]);
        Assert.True(code == 0, $"{string.Join(' ', args)}: {errors}");
        return output;
    }

    async Task<string> FailsAsync(params string[] args)
    {
        var (code, output, errors) = await Cli.RunAsync(["--silo", cluster.Address.ToString(), .. args]);
        Assert.True(code == 1, $"{string.Join(' ', args)}: {code} {output}{errors}");
        return errors;
    }
}
