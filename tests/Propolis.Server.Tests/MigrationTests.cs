using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Vmm.Tests.Machine;

namespace Propolis.Server.Tests;

/// <summary>Two servers in this process, a tiny guest, and real connections between them.</summary>
public sealed class MigrationTests : IDisposable
{
    readonly TinyServers _servers = new();
    readonly Guid _migration = Guid.NewGuid();

    [Fact]
    public async Task A_target_fetches_the_guest_and_everything_goes_on_there()
    {
        await using var source = await RunAsync();
        await using var target = await _servers.StartAsync(TinyRom.Count);
        using var client = await source.AttachAsync("?from_start=0");
        await TestServer.ReadUntilAsync(client, "abc");

        var response = await target.MustAsync<InstanceEnsureResponse>("PUT", "/instance", Fetch(source));

        Assert.Equal(_migration, response.Migrate!.MigrationId);
        var running = await target.WaitForAsync(InstanceState.Running);
        await source.WaitForAsync(InstanceState.Destroyed);
        Assert.Equal(InstanceOutcomeKind.MigratedOut, (await source.MustAsync<InstanceOutcomeResponse>("GET", "/instance/outcome")).Outcome!.Kind);
        Assert.Equal(_migration, running.Migration.MigrationIn!.Id);
        Assert.Equal(MigrationState.Finish, (await source.MustAsync<InstanceMigrateStatusResponse>("GET", "/instance/migration-status")).MigrationOut!.State);
        var (seen, moved) = await ReadToTheEndAsync(client);
        using var after = await target.AttachAsync($"?from_start={moved.FromStart}");
        Assert.Equal(target.Http.BaseAddress!.Authority, moved.Destination);
        AssertAlphabet(seen + await TestServer.ReadUntilAsync(after, "z"));
        var history = await target.MustAsync<InstanceSerialConsoleHistoryResponse>("GET", "/instance/serial/history?from_start=0");
        AssertAlphabet(Encoding.ASCII.GetString(history.Data.AsSpan()));
        var spec = await target.MustAsync<InstanceSpecGetResponse>("GET", "/instance/spec");
        Assert.Equal((await source.MustAsync<InstanceSpecGetResponse>("GET", "/instance/spec")).Spec, spec.Spec);
    }

    [Fact]
    public async Task A_target_that_waits_gets_the_guest_when_it_is_decided_so()
    {
        await using var source = await RunAsync();
        await using var target = await _servers.StartAsync(TinyRom.Count);
        await BeginAsync(source, target);

        var (asking, ready) = (await WaitAsync(source), await WaitAsync(target));
        Assert.Equal(TargetReadiness.Ready, asking.Wait!.Target);
        Assert.Equal((MigrationSide.Target, TargetReadiness.Ready), (ready.Side, ready.Wait!.Target));
        await source.RefusedAsync(HttpStatusCode.Conflict, "DELETE", "/migration");
        await DecideAsync(target, "commit");
        await DecideAsync(source, "commit");

        await target.WaitForAsync(InstanceState.Running);
        await source.WaitForAsync(InstanceState.Destroyed);
        Assert.True((await EndAsync(source)).HasMoved);
        var arrived = await EndAsync(target);
        Assert.Equal((true, "moved"), (arrived.HasMoved, arrived.Progress.Step));
        Assert.InRange(arrived.Progress.DowntimeMs!.Value, 1, arrived.Progress.TotalMs!.Value);
        await DecideAsync(source, "commit");
        await source.RefusedAsync(HttpStatusCode.Conflict, "PUT", "/migration/decision", Decision("abort"));
    }

    [Fact]
    public async Task A_guest_that_is_to_stay_runs_on_and_can_be_sent_again()
    {
        await using var source = await RunAsync();
        await using (var target = await _servers.StartAsync(TinyRom.Count))
        {
            await BeginAsync(source, target);
            await WaitAsync(source);
            await WaitAsync(target);
            await DecideAsync(source, "abort");
            await DecideAsync(target, "abort");

            await target.WaitForFailureAsync();
            var end = await EndAsync(source);
            Assert.False(end.HasMoved);
            Assert.Equal(MigrationState.Error, (await source.MustAsync<InstanceMigrateStatusResponse>("GET", "/instance/migration-status")).MigrationOut!.State);
        }
        await source.WaitForAsync(InstanceState.Running);
        await using var second = await _servers.StartAsync(TinyRom.Count);

        await second.MustAsync<InstanceEnsureResponse>("PUT", "/instance", Fetch(source, Guid.NewGuid()));

        await second.WaitForAsync(InstanceState.Running);
    }

    [Fact]
    public async Task A_guest_brings_its_disks_along()
    {
        var disk = Path.Combine(_servers.Folder, "disk.img");
        await File.WriteAllBytesAsync(disk, new byte[1 << 16]);
        await using var source = await _servers.StartAsync(TinyRom.Count);
        await source.EnsureAsync(Specs.Com1 + $$$"""
            , "d1": {"type": "virtio_disk", "component": {"backend_id": "b1", "pci_path": {"bus": 0, "device": 4, "function": 0} } },
            "b1": {"type": "file_storage_backend", "component": {"path": "{{{disk}}}", "readonly": false, "block_size": 512}},
            "d2": {"type": "virtio_disk", "component": {"backend_id": "b2", "pci_path": {"bus": 0, "device": 5, "function": 0} } },
            "b2": {"type": "blob_storage_backend", "component": {"base64": "aGVsbG8=", "readonly": true}}
            """);
        await source.StateAsync("Run");
        await source.WaitForAsync(InstanceState.Running);
        await using var target = await _servers.StartAsync(TinyRom.Count);

        await target.MustAsync<InstanceEnsureResponse>("PUT", "/instance", Fetch(source));

        await target.WaitForAsync(InstanceState.Running);
        Assert.Contains("disk=\"d1\"", await target.Http.GetStringAsync("/metrics"));
    }

    [Fact]
    public async Task Failures_at_either_end_leave_the_guest_where_it_was_and_the_next_try_succeeds()
    {
        await using var source = await _servers.StartAsync(TinyRom.Count);
        await source.EnsureAsync(Specs.Com1 + """, "fail": {"type": "migration_failure_injector", "component": {"fail_exports": 1, "fail_imports": 0}}""");
        await source.StateAsync("Run");
        await source.WaitForAsync(InstanceState.Running);

        var reasons = new List<string>();
        for (var attempt = 0; ; attempt++)
        {
            await using var target = await _servers.StartAsync(TinyRom.Count);
            await target.MustAsync<InstanceEnsureResponse>("PUT", "/instance", Fetch(source, Guid.NewGuid(), imports: attempt == 1 ? 1 : 0));
            var end = await EndAsync(target);
            if (end.HasMoved == true) break;
            reasons.Add(end.Reason!);
            await target.WaitForFailureAsync();
            await EndAsync(source);
            await source.WaitForAsync(InstanceState.Running);
        }

        Assert.Equal(2, reasons.Count);
        Assert.All(reasons, reason => Assert.Contains("'fail' was told to fail", reason));
    }

    [Fact]
    public async Task A_wait_for_a_guest_can_be_given_up()
    {
        await using var target = await _servers.StartAsync(TinyRom.Count);
        await target.MustAsync<MigrationReceiveResponse>("PUT", "/migration/target", Receive());
        await target.RefusedAsync(HttpStatusCode.ServiceUnavailable, "PUT", "/instance/state", "\"Run\"");
        await target.RefusedAsync(HttpStatusCode.Conflict, "PUT", "/instance", Specs.Ensure(Guid.NewGuid(), Specs.Com1));

        Assert.Equal(HttpStatusCode.NoContent, (await target.SendAsync("DELETE", "/migration")).Status);

        await target.WaitForFailureAsync();
        await target.EnsureAsync();
    }

    [Fact]
    public async Task A_guest_of_another_make_is_refused_before_memory_moves()
    {
        await using var source = await RunAsync();
        await using var target = await _servers.StartAsync(TinyRom.Count);

        await BeginAsync(source, target, memoryMb: 32);

        var end = await EndAsync(source);
        Assert.False(end.HasMoved);
        Assert.Contains("spec", end.Reason);
        Assert.Equal(0, end.Progress.Pass);
        await source.WaitForAsync(InstanceState.Running);
    }

    [Fact]
    public async Task A_source_that_is_not_there_or_has_no_guest_is_told()
    {
        await using var source = await _servers.StartAsync(TinyRom.Count);
        await using var target = await _servers.StartAsync(TinyRom.Count);
        await target.RefusedAsync(HttpStatusCode.NotFound, "GET", "/migration");

        await target.MustAsync<InstanceEnsureResponse>("PUT", "/instance", Fetch(source));

        await target.WaitForFailureAsync();
        Assert.Contains("has no VM", (await EndAsync(target)).Reason);
        await source.RefusedAsync(HttpStatusCode.FailedDependency, "PUT", "/migration/source", $$"""{"migration_id": "{{_migration}}", "target_address": "127.0.0.1:1"}""");
    }

    [Fact]
    public async Task A_target_that_is_not_there_costs_the_guest_nothing()
    {
        await using var source = await RunAsync();
        await source.RefusedAsync(HttpStatusCode.BadRequest, "PUT", "/migration/source", $$"""{"migration_id": "{{_migration}}", "target_address": "over there"}""");

        await source.SendAsync("PUT", "/migration/source", $$"""{"migration_id": "{{_migration}}", "target_address": "127.0.0.1:1"}""");

        Assert.Contains("127.0.0.1:1", (await EndAsync(source)).Reason);
        await source.WaitForAsync(InstanceState.Running);
    }

    public void Dispose() => _servers.Dispose();

    async Task<TestServer> RunAsync()
    {
        var source = await _servers.StartAsync(TinyRom.Count);
        await source.EnsureAsync();
        await source.StateAsync("Run");
        await source.WaitForAsync(InstanceState.Running);
        return source;
    }

    async Task BeginAsync(TestServer source, TestServer target, int memoryMb = 16)
    {
        var waits = await target.MustAsync<MigrationReceiveResponse>("PUT", "/migration/target", Receive(memoryMb));
        var body = $$"""{"migration_id": "{{_migration}}", "target_address": "{{waits.Address}}", "policy": {"downtime_budget_ms": 500} }""";
        Assert.Equal(HttpStatusCode.NoContent, (await source.SendAsync("PUT", "/migration/source", body)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await source.SendAsync("PUT", "/migration/source", body)).Status);
    }

    string Fetch(TestServer source, Guid? migration = null, int imports = 0) => $$$"""
        {"properties": {{{Specs.Properties(Guid.NewGuid())}}}, "init": {"method": "MigrationTarget", "value": {
          "migration_id": "{{{migration ?? _migration}}}", "src_addr": "{{{source.Http.BaseAddress!.Authority}}}",
          "replace_components": { {{{(imports == 0 ? "" : $$""" "fail": {"component": "MigrationFailureInjector", "spec": {"fail_exports": 0, "fail_imports": {{imports}} } } """)}}} } } } }
        """;

    string Receive(int memoryMb = 16)
    {
        var ensure = JsonSerializer.Deserialize<InstanceEnsureRequest>(Specs.Ensure(Guid.NewGuid(), Specs.Com1, memoryMb: memoryMb), PropolisJson.Options)!;
        var request = new MigrationReceiveRequest { MigrationId = _migration, Properties = ensure.Properties, Spec = ((SpecInitialization)ensure.Init).Spec };
        return JsonSerializer.Serialize(request, PropolisJson.Options);
    }

    string Decision(string verdict) => $$"""{"migration_id": "{{_migration}}", "verdict": "{{verdict}}"}""";

    async Task DecideAsync(TestServer server, string verdict) => Assert.Equal(HttpStatusCode.NoContent, (await server.SendAsync("PUT", "/migration/decision", Decision(verdict))).Status);

    static Task<MigrationStatus> WaitAsync(TestServer server) => FollowAsync(server, status => status.Wait is not null);

    static Task<MigrationStatus> EndAsync(TestServer server) => FollowAsync(server, status => status.HasMoved is not null);

    static async Task<MigrationStatus> FollowAsync(TestServer server, Func<MigrationStatus, bool> condition)
    {
        using var limit = new CancellationTokenSource(TestServer.Limit);
        var status = await server.MustAsync<MigrationStatus>("GET", "/migration");
        while (!condition(status))
        {
            Assert.False(limit.IsCancellationRequested, $"it is {status}");
            status = await server.MustAsync<MigrationStatus>("GET", $"/migration?gen={status.Gen + 1}");
        }
        return status;
    }

    static async Task<(string Text, SerialMigrating Moved)> ReadToTheEndAsync(WebSocket socket)
    {
        using var limit = new CancellationTokenSource(TestServer.Limit);
        var buffer = new byte[65536];
        var text = "";
        while (true)
        {
            var frame = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (frame.MessageType == WebSocketMessageType.Text) return (text, JsonSerializer.Deserialize<SerialControlMessage>(buffer.AsSpan(0, frame.Count), PropolisJson.Options)!.Migrating!);
            text += Encoding.ASCII.GetString(buffer, 0, frame.Count);
        }
    }

    static void AssertAlphabet(string text)
    {
        Assert.NotEmpty(text);
        for (var i = 1; i < text.Length; i++) Assert.True(text[i] == (text[i - 1] == 'z' ? 'a' : text[i - 1] + 1), $"a gap at {i} of {text}");
    }
}
