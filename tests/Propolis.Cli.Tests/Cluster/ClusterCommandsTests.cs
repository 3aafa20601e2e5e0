using System.Text.Json;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Tests.Rest;

namespace Propolis.Cli.Tests.Cluster;

/// <summary>The commands against the real REST interface, with grains of the tests behind it.</summary>
[Collection(RestHost.Collection)]
public sealed class ClusterCommandsTests
{
    readonly RestHost _host;

    public ClusterCommandsTests(RestHost host)
    {
        _host = host.Fresh();
        Have(Views.Running("inst-a", "sled-a") with { Name = "web" });
    }

    [Fact]
    public async Task The_list_is_a_table_for_people_and_an_array_for_programs()
    {
        var table = await WorksAsync("instance", "list");
        var json = await WorksAsync("instance", "list", "--json");

        Assert.Contains("web", table.Split('\n')[1], StringComparison.Ordinal);
        Assert.StartsWith("NAME", table, StringComparison.Ordinal);
        Assert.Equal("inst-a", JsonDocument.Parse(json).RootElement[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Long_lists_come_whole()
    {
        for (var number = 0; number < 2500; number++)
            _host.Index.Instances.Add(Views.Instance($"inst-x{number:0000}"));
        Assert.Equal(2501, JsonDocument.Parse(await WorksAsync("instance", "list", "--json", "--limit", "5000")).RootElement.GetArrayLength());
        Assert.Equal(1500, JsonDocument.Parse(await WorksAsync("instance", "list", "--json", "--limit", "1500")).RootElement.GetArrayLength());
    }

    [Theory]
    [InlineData("inst-a")]
    [InlineData("web")]
    public async Task Things_are_found_by_id_and_by_name(string word) => Assert.Contains("sled-a", await WorksAsync("instance", "show", word), StringComparison.Ordinal);

    [Fact]
    public async Task What_is_not_there_is_told() =>
        Assert.Contains("There is no instance \"nothing\" in project \"default\"", await FailsAsync(1, "instance", "show", "nothing"), StringComparison.Ordinal);

    [Theory]
    [InlineData("start", InstanceAction.Start)]
    [InlineData("stop", InstanceAction.Stop)]
    [InlineData("reboot", InstanceAction.Reboot)]
    [InlineData("delete", InstanceAction.Delete)]
    [InlineData("relocate", InstanceAction.Relocate)]
    public async Task Verbs_are_commands(string verb, InstanceAction action)
    {
        await WorksAsync("instance", verb, "web", "--reason", "maintenance", "--key", "k1");
        var command = Assert.IsType<InstanceCommand>(_host.Grains.Asked[^1].Request);
        Assert.Equal((action, "maintenance", "k1"), (command.Action, command.Reason, command.OperationId));
    }

    [Fact]
    public async Task An_instance_is_made_from_options()
    {
        await WorksAsync("instance", "create", "api", "--project", "shop", "--cpus", "3", "--memory", "256", "--kernel", "vmlinuz", "--cmdline", "quiet", "--restart", "never",
            "--sled-loss", "storage-fenced", "--group", "g:apart", "--no-start", "--description", "d");

        var template = Assert.IsType<CreateInstance>(_host.Grains.Asked.Single(one => one.Request is CreateInstance).Request).Template;
        Assert.Equal(("api", "shop", "d", 3, 256ul), (template.Name, template.Project, template.Description, template.Spec.Board.Cpus, template.Spec.Board.MemoryMb));
        Assert.Equal(("vmlinuz", "quiet"), (template.Boot!.Kernel, template.Boot.Cmdline));
        Assert.Equal((RestartMode.Never, SledLossPolicy.StorageFenced, false, 1), (template.Restart.Mode, template.SledLoss, template.Start, template.Groups.Count));
    }

    [Fact]
    public async Task An_instance_is_made_from_a_file_with_its_volumes_and_changed_by_options()
    {
        using var file = new TempFile("x.toml", """
            [main]
            name = "db"
            cpus = 1
            memory = 512
            kernel = "vmlinuz"
            [block_dev.scratch]
            type = "mem-async"
            size = 4096
            [dev.d]
            driver = "pci-virtio-block"
            block_dev = "scratch"
            pci-path = "0.4.0"
            """);
        await WorksAsync("instance", "create", "--file", file.Path, "--memory", "1024", "--key", "k");

        var template = Assert.IsType<CreateInstance>(_host.Grains.Asked.Single(one => one.Request is CreateInstance).Request).Template;
        Assert.Equal(("db", 1024ul), (template.Name, template.Spec.Board.MemoryMb));
        var volume = Assert.Single(template.Volumes);
        Assert.Equal("db-scratch", _host.Grains.Volumes[volume.Volume.Value].Template.Name);
        Assert.Equal("scratch-backend", volume.Backend.Value);
    }

    [Fact]
    public async Task A_template_in_JSON_is_taken_as_it_is()
    {
        using var file = new TempFile("x.json", JsonSerializer.Serialize(Views.Template("raw"), Contracts.Serialization.PropolisJson.Options));
        await WorksAsync("instance", "create", "-f", file.Path);
        Assert.Equal("raw", Assert.IsType<CreateInstance>(_host.Grains.Asked[^1].Request).Template.Name);
    }

    [Theory]
    [InlineData("instance", "create")]
    [InlineData("instance", "create", "x", "--cpus", "0")]
    [InlineData("instance", "create", "x", "--initrd", "i")]
    [InlineData("instance", "create", "x", "--restart", "always")]
    [InlineData("instance", "create", "x", "--file", "/nowhere.toml")]
    [InlineData("instance", "edit", "web")]
    [InlineData("instance", "list", "--phase", "flying")]
    [InlineData("instance", "list", "--limit", "0")]
    [InlineData("sled", "expunge", "sled-a")]
    [InlineData("volume", "create", "x", "--size", "big")]
    [InlineData("volume", "create", "x")]
    [InlineData("wait", "web", "--timeout", "soon")]
    [InlineData("events", "--after", "-1")]
    [InlineData("instance", "migrate", "web", "--rate", "fast")]
    [InlineData("completion", "tcsh")]
    [InlineData("instance", "show", "--jsn")]
    [InlineData("instance", "stop", "web", "--nwo")]
    [InlineData("sled", "drain", "--wait")]
    public async Task What_is_not_understood_ends_with_2_and_reaches_no_grain(params string[] args)
    {
        await FailsAsync(2, args);
        Assert.DoesNotContain(_host.Grains.Asked, one => one.Request is not string);
    }

    [Fact]
    public async Task A_refusal_is_one_sentence_and_1()
    {
        _host.Grains.Refuse = (_, request) => request is InstanceCommand ? new() { Code = RefusalCode.Conflict, Detail = "web is being deleted" } : null;
        Assert.Equal("propolis-cli: Conflict: web is being deleted (409 Conflict)", await FailsAsync(1, "instance", "stop", "web"));
    }

    [Fact]
    public async Task A_silo_that_is_not_there_is_told()
    {
        var (code, _, errors) = await Cli.RunAsync("--silo", "http://127.0.0.1:1", "instance", "list");
        Assert.Equal(1, code);
        Assert.Contains("No answer from http://127.0.0.1:1/", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_silos_the_next_is_asked_when_one_is_away()
    {
        var (code, _, errors) = await Cli.RunAsync("--silo", $"http://127.0.0.1:1,{_host.Client.BaseAddress}", "instance", "list");
        Assert.True(code == 0, errors);
    }

    [Fact]
    public async Task Each_of_several_silos_must_be_a_URL()
    {
        var (code, _, errors) = await Cli.RunAsync("--silo", "http://127.0.0.1:1,here", "instance", "list");
        Assert.Equal(2, code);
        Assert.Contains("several with commas between them", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_silo_the_user_is_told_how_to_name_one()
    {
        var (code, _, errors) = await Cli.RunAsync("instance", "list");
        Assert.Equal(2, code);
        Assert.Contains("--silo URL", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edits_change_what_is_named()
    {
        await WorksAsync("instance", "edit", "web", "--cpus", "4", "--restart", "never");
        var edit = Assert.IsType<EditInstance>(_host.Grains.Asked[^1].Request);
        Assert.Equal((4, RestartMode.Never, null), (edit.Cpus, edit.Restart!.Mode, edit.Description));
    }

    [Fact]
    public async Task Waiting_ends_when_the_phase_is_reached()
    {
        Have(Views.Instance("inst-a") with { Name = "web" });
        var waiting = Run("wait", "web", "--for", "running", "--timeout", "60s");
        Have(Views.Running("inst-a", "sled-a") with { Name = "web" });
        Assert.Equal("web is running\n", (await waiting).Output);
    }

    [Fact]
    public async Task Waiting_for_what_failed_ends_with_why()
    {
        Have(Views.Instance("inst-a") with { Name = "web", Phase = InstancePhase.Failed, Reason = "the kernel panicked" });
        Assert.Contains("the kernel panicked", await FailsAsync(1, "wait", "web"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_ends_with_its_limit()
    {
        Have(Views.Instance("inst-a") with { Name = "web", Phase = InstancePhase.Waiting, Reason = "no sled has room" });
        Assert.Contains("waiting after 0s, not running: no sled has room", await FailsAsync(1, "wait", "web", "--timeout", "100ms"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_for_the_end_ends_with_the_instance()
    {
        Have(Views.Instance("inst-a") with { Name = "web", Phase = InstancePhase.Deleted });
        Assert.Equal("web is deleted\n", (await Run("wait", "inst-a", "--for", "deleted")).Output);
    }

    [Fact]
    public async Task Sleds_are_drained_and_what_stays_is_told()
    {
        _host.Grains.Sleds["sled-a"] = Views.Sled("sled-a", "inst-a");
        _host.Grains.Drains["drain-sled-a"] = new() { Sled = SledId.Make("sled-a"), Active = true, Remaining = [new() { Instance = InstanceId.Make("inst-a"), Incarnation = 1, Blocked = true, Reason = "no sled has room" }] };
        var (code, output, errors) = await Run("sled", "drain", "a", "--reason", "new disks");

        Assert.Equal((0, "inst-a is blocked: no sled has room"), (code, errors.Trim()));
        Assert.Contains("with 1 VMMs", output, StringComparison.Ordinal);
        Assert.Contains(_host.Grains.Asked, one => one.Request is SledPolicyCommand { Policy: SledPolicy.Draining, Reason: "new disks" });
    }

    [Fact]
    public async Task A_drain_that_waits_ends_when_the_sled_is_empty()
    {
        _host.Grains.Sleds["sled-a"] = Views.Sled("sled-a", "inst-a") with { Policy = SledPolicy.Draining };
        var draining = Run("sled", "drain", "sled-a", "--wait", "--timeout", "60s");
        _host.Grains.Sleds["sled-a"] = Views.Sled("sled-a") with { Policy = SledPolicy.Draining };
        Assert.Equal((0, "sled-a is draining, with 0 VMMs on it\n"), (await draining) is var (code, output, _) ? (code, output) : default);
    }

    [Fact]
    public async Task Expunging_wants_the_word_twice()
    {
        _host.Grains.Sleds["sled-a"] = Views.Sled("sled-a") with { Policy = SledPolicy.Expunged };
        Assert.Contains("--yes", await FailsAsync(2, "sled", "expunge", "sled-a"), StringComparison.Ordinal);
        Assert.Equal("sled-a is expunged\n", await WorksAsync("sled", "expunge", "sled-a", "--yes"));
    }

    [Fact]
    public async Task Sleds_volumes_projects_and_migrations_are_listed()
    {
        Assert.Contains("0/8", await WorksAsync("sled", "list"), StringComparison.Ordinal);
        Assert.Contains("1 MiB", await WorksAsync("volume", "list"), StringComparison.Ordinal);
        Assert.Contains("2/20", await WorksAsync("project", "list"), StringComparison.Ordinal);
        Assert.Contains("queued", await WorksAsync("migration", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volumes_are_made_and_shown()
    {
        var json = JsonDocument.Parse(await WorksAsync("volume", "create", "data", "--size", "10G", "--json")).RootElement;
        Assert.Equal(10L << 30, json.GetProperty("template").GetProperty("size_bytes").GetInt64());
        Assert.Contains("incarnation 7, start", await WorksAsync("volume", "show", json.GetProperty("id").GetString()!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_is_encrypted_when_it_is_asked_for()
    {
        var json = JsonDocument.Parse(await WorksAsync("volume", "create", "data", "--kind", "crucible", "--size", "1G", "--encrypted", "--json")).RootElement;
        Assert.True(json.GetProperty("template").GetProperty("encrypted").GetBoolean());
    }

    [Fact]
    public async Task A_region_is_replaced_by_its_id_alone()
    {
        _host.Grains.Volumes["vol-a"] = Views.Volume("vol-a");
        await WorksAsync("volume", "replace", "vol-a", "00000000-0000-0000-0000-000000000007", "--reason", "old disk", "--key", "k");
        var request = Assert.IsType<ReplaceRegion>(_host.Grains.Asked.Single(one => one.Request is ReplaceRegion).Request);
        Assert.Equal(new() { OperationId = "k", Actor = request.Actor, Region = Guid.Parse("00000000-0000-0000-0000-000000000007"), Reason = "old disk" }, request);
        Assert.Contains("is no id of a region", await FailsAsync(2, "volume", "replace", "vol-a", "sled-1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshots_are_taken_listed_and_removed()
    {
        _host.Grains.Volumes["vol-a"] = Views.Volume("vol-a") with { Snapshots = [Views.Snapshot("monday")] };
        _host.Grains.Snapshots["vol-a"] = Views.Snapshot("monday");
        Assert.Equal("monday is ready\n", await WorksAsync("volume", "snapshot", "vol-a", "monday"));
        Assert.Contains("monday", await WorksAsync("volume", "snapshots", "vol-a"), StringComparison.Ordinal);
        await WorksAsync("volume", "snapshot-delete", "vol-a", "monday");
        Assert.Equal(["monday", "monday"], _host.Grains.Asked.Select(one => one.Request).Select(one => one is TakeSnapshot take ? take.Name : (one as DeleteSnapshot)?.Snapshot).OfType<string>());
    }

    [Fact]
    public async Task Quotas_keep_what_is_not_named() =>
        Assert.Equal((10, 99), JsonDocument.Parse(await WorksAsync("project", "quota", "shop", "--cpus", "99", "--json")).RootElement.GetProperty("quota") is var quota ? (quota.GetProperty("instances").GetInt32(), quota.GetProperty("cpus").GetInt32()) : default);

    [Fact]
    public async Task A_guest_is_sent_to_another_sled()
    {
        await WorksAsync("instance", "migrate", "web", "--to", "b", "--downtime", "50", "--rate", "100M");
        var request = Assert.IsType<StartMigration>(_host.Grains.Asked.Single(one => one.Request is StartMigration).Request);
        Assert.Equal((SledId.Make("sled-b"), 50, 100L << 20), (request.Target, request.Policy.DowntimeBudgetMs, request.Policy.MaxBytesPerSecond));
    }

    [Fact]
    public async Task A_migration_that_failed_ends_with_why()
    {
        _host.Grains.Refuse = (key, _) =>
        {
            if (key.StartsWith("mig-", StringComparison.Ordinal)) _host.Grains.Migrations[key] = Views.Migration(key, "inst-a") with { Phase = MigrationPhase.Failed, Reason = "the target has no AVX" };
            return null;
        };
        Assert.Contains("the target has no AVX", await FailsAsync(1, "instance", "migrate", "web", "--wait"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_events_are_shown()
    {
        for (var number = 1; number <= 30; number++)
            _host.Index.Happen(Views.Event(number));
        var lines = (await WorksAsync("events", "--last", "5")).TrimEnd().Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Contains("created", lines[0], StringComparison.Ordinal);
        Assert.Contains("by alice: because", lines[0], StringComparison.Ordinal);
        Assert.Equal(29, (await WorksAsync("events", "--after", "1", "--json")).TrimEnd().Split('\n').Length);
    }

    [Fact]
    public async Task Events_are_followed()
    {
        _host.Index.Happen(Views.Event(1));
        using var stop = new CancellationTokenSource();
        var output = new LineWriter();
        var following = CliProgram.RunAsync(["--silo", _host.Client.BaseAddress!.ToString(), "events", "--follow", "--json"], new CommandHost(output, TextWriter.Null, TimeProvider.System), stop.Token);
        Assert.Contains("\"sequence\":1", await output.NextAsync(), StringComparison.Ordinal);
        _host.Index.Happen(Views.Event(2));
        Assert.Contains("\"sequence\":2", await output.NextAsync(), StringComparison.Ordinal);
        await stop.CancelAsync();
        Assert.Equal(1, await following);
    }

    [Fact]
    public async Task The_verbs_of_one_server_work_in_a_cluster_too()
    {
        await WorksAsync("new", "old-style", "-c", "2", "-m", "128");
        Assert.Contains("web", await WorksAsync("get", "web"), StringComparison.Ordinal);
        await WorksAsync("state", "web", "stop");

        var template = Assert.IsType<CreateInstance>(_host.Grains.Asked.First(one => one.Request is CreateInstance).Request).Template;
        Assert.Equal(("old-style", 2, false), (template.Name, template.Spec.Board.Cpus, template.Start));
        Assert.Equal(InstanceAction.Stop, Assert.IsType<InstanceCommand>(_host.Grains.Asked[^1].Request).Action);
    }

    [Theory]
    [InlineData("monitor")]
    [InlineData("inject-nmi")]
    [InlineData("spec")]
    [InlineData("get")]
    [InlineData("state", "run")]
    [InlineData("state", "web", "stop", "--graceful", "5")]
    public async Task What_only_one_server_can_do_is_refused_with_a_cluster(params string[] args) => await FailsAsync(2, args);

    [Fact]
    public async Task All_requests_of_a_command_are_one_trace()
    {
        await WorksAsync("instance", "edit", "inst-a", "--cpus", "4");
        Assert.Equal(2, _host.Grains.Asked.Count);
        Assert.NotEqual("", Assert.Single(_host.Grains.Traces));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Shells_are_told_how_to_complete(string shell) => Assert.Contains("[suggest:", await WorksAsync("completion", shell), StringComparison.Ordinal);

    [Theory]
    [InlineData("propolis-cli inst", "instance")]
    [InlineData("propolis-cli instance cr", "create")]
    [InlineData("propolis-cli instance list --phase run", "running")]
    public async Task Words_are_completed(string line, string expected)
    {
        var (_, output, _) = await Cli.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Contains(expected, output.Split('\n').Select(one => one.Trim()));
    }

    void Have(InstanceView instance)
    {
        _host.Grains.Instances[instance.Id.Value] = instance;
        _host.Index.Instances.Clear();
        _host.Index.Instances.Add(instance);
    }

    Task<(int Code, string Output, string Errors)> Run(params string[] args) => Cli.RunAsync(["--silo", _host.Client.BaseAddress!.ToString(), .. args]);

    async Task<string> WorksAsync(params string[] args)
    {
        var (code, output, errors) = await Run(args);
        Assert.True(code == 0, errors);
        return output.ReplaceLineEndings("\n");
    }

    async Task<string> FailsAsync(int expected, params string[] args)
    {
        var (code, output, errors) = await Run(args);
        Assert.True(expected == code, $"{code}: {output}{errors}");
        Assert.Equal("", output);
        return errors.Trim();
    }
}
