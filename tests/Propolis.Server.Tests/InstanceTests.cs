using System.Net;
using System.Net.Http.Json;
using Propolis.Contracts.Server;

namespace Propolis.Server.Tests;

public sealed class InstanceTests
{
    [Theory]
    [InlineData("GET", "/instance", null)]
    [InlineData("GET", "/instance/spec", null)]
    [InlineData("GET", "/instance/state-monitor", """{"gen": 1}""")]
    [InlineData("PUT", "/instance/state", "\"Run\"")]
    [InlineData("GET", "/instance/serial/history?from_start=0", null)]
    [InlineData("GET", "/instance/migration-status", null)]
    [InlineData("GET", "/instance/disk/b43daa60-5a9f-4f5c-9d4b-1f0d6ca6d4c4/status", null)]
    [InlineData("POST", "/instance/nmi", null)]
    public async Task Everything_but_ensure_needs_a_VM(string method, string path, string? body)
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());

        await server.RefusedAsync(HttpStatusCode.FailedDependency, method, path, body);
    }

    [Fact]
    public async Task A_VM_runs_and_stops_and_the_monitor_sees_each_generation_at_most_once()
    {
        var factory = new FakeFactory();
        await using var server = await TestServer.StartAsync(factory);
        var id = await server.EnsureAsync();

        var first = await server.MustAsync<InstanceStateMonitorResponse>("GET", "/instance/state-monitor", """{"gen": 1}""");
        Assert.Equal((1UL, InstanceState.Creating), (first.Gen, first.State));
        await server.StateAsync("Run");
        var running = await server.WaitForAsync(InstanceState.Running);
        Assert.Equal(id, (await server.MustAsync<InstanceGetResponse>("GET", "/instance")).Instance.Properties.Id);
        await server.StateAsync("Stop");
        var destroyed = await server.WaitForAsync(InstanceState.Destroyed);

        Assert.InRange(running.Gen, 2UL, 3UL);
        Assert.InRange(destroyed.Gen, running.Gen + 1, running.Gen + 3);
        Assert.Equal("start pause halt", factory.Body.Calls);
    }

    [Fact]
    public async Task A_long_poll_waits_for_its_generation_and_is_gone_with_the_VM()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());
        await server.EnsureAsync();
        var next = server.MustAsync<InstanceStateMonitorResponse>("GET", "/instance/state-monitor", """{"gen": 2}""");
        var never = server.SendAsync("GET", "/instance/state-monitor", """{"gen": 1000}""");
        Assert.False(next.IsCompleted);

        await server.StateAsync("Run");
        Assert.True((await next).Gen >= 2);
        await server.StateAsync("Stop");

        Assert.Equal(HttpStatusCode.Gone, (await never).Status);
        Assert.Equal(InstanceState.Destroyed, (await server.MustAsync<InstanceStateMonitorResponse>("GET", "/instance/state-monitor", """{"gen": 1}""")).State);
    }

    [Fact]
    public async Task Requests_are_taken_ignored_or_denied_by_the_machines_state()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());
        await server.EnsureAsync();

        var early = await server.RefusedAsync(HttpStatusCode.Forbidden, "PUT", "/instance/state", "\"Reboot\"");
        await server.StateAsync("Run");
        await server.StateAsync("Run");
        await server.WaitForAsync(InstanceState.Running);
        await server.StateAsync("Reboot");
        await server.StateAsync("Stop");
        await server.StateAsync("Stop");
        await server.WaitForAsync(InstanceState.Destroyed);
        await server.StateAsync("Stop");
        var late = await server.RefusedAsync(HttpStatusCode.Forbidden, "PUT", "/instance/state", "\"Run\"");

        Assert.Contains("InstanceNotActive", early);
        Assert.Contains("Halted", late);
    }

    [Fact]
    public async Task A_stop_ends_a_start_that_hangs()
    {
        var factory = new FakeFactory { Body = new FakeBody { StartGate = new TaskCompletionSource() } };
        await using var server = await TestServer.StartAsync(factory);
        await server.EnsureAsync();
        await server.StateAsync("Run");
        await server.WaitForAsync(InstanceState.Starting);

        await server.StateAsync("Stop");

        await server.WaitForAsync(InstanceState.Destroyed);
        Assert.Equal("start halt", factory.Body.Calls);
    }

    [Fact]
    public async Task A_second_VM_is_refused_until_the_first_is_over()
    {
        var factory = new FakeFactory();
        await using var server = await TestServer.StartAsync(factory);
        await server.EnsureAsync();
        await server.RefusedAsync(HttpStatusCode.Conflict, "PUT", "/instance", Specs.Ensure(Guid.NewGuid(), Specs.Com1));
        await server.StateAsync("Stop");
        await server.WaitForAsync(InstanceState.Destroyed);
        factory.Body = new FakeBody();

        var second = await server.EnsureAsync();

        var answer = await server.MustAsync<InstanceGetResponse>("GET", "/instance");
        Assert.Equal((second, InstanceState.Creating), (answer.Instance.Properties.Id, answer.Instance.State));
    }

    [Fact]
    public async Task A_machine_that_cannot_be_built_leaves_no_VM()
    {
        var factory = new FakeFactory { Failure = new FileNotFoundException("no such disk") };
        await using var server = await TestServer.StartAsync(factory);

        Assert.Equal("no such disk", await server.RefusedAsync(HttpStatusCode.InternalServerError, "PUT", "/instance", Specs.Ensure(Guid.NewGuid(), Specs.Com1)));
        await server.RefusedAsync(HttpStatusCode.FailedDependency, "GET", "/instance");
        factory.Failure = null;
        await server.EnsureAsync();
    }

    [Fact]
    public async Task A_guest_that_fails_leaves_a_failed_VM()
    {
        var factory = new FakeFactory();
        await using var server = await TestServer.StartAsync(factory);
        await server.EnsureAsync();
        await server.StateAsync("Run");
        await server.WaitForAsync(InstanceState.Running);

        factory.Guest.GuestFailed("it met an instruction that nobody knows");

        await server.WaitForAsync(InstanceState.Failed);
        var outcome = (await server.MustAsync<InstanceOutcomeResponse>("GET", "/instance/outcome")).Outcome;
        Assert.Equal((InstanceOutcomeKind.Failed, "it met an instruction that nobody knows"), (outcome!.Kind, outcome.Detail));
    }

    [Fact]
    public async Task The_power_button_lets_the_guest_end_by_itself_and_the_outcome_tells()
    {
        var factory = new FakeFactory();
        await using var server = await TestServer.StartAsync(factory);
        await server.EnsureAsync();
        await server.RefusedAsync(HttpStatusCode.Forbidden, "POST", "/instance/power-button");
        await server.StateAsync("Run");
        await server.WaitForAsync(InstanceState.Running);
        await server.RefusedAsync(HttpStatusCode.BadRequest, "POST", "/instance/power-button?timeout_seconds=0");
        Assert.Null((await server.MustAsync<InstanceOutcomeResponse>("GET", "/instance/outcome")).Outcome);

        Assert.Equal(HttpStatusCode.NoContent, (await server.SendAsync("POST", "/instance/power-button")).Status);
        factory.Guest.GuestPowerOff("PM1a");

        await server.WaitForAsync(InstanceState.Destroyed);
        Assert.Contains("button", factory.Body.Calls);
        Assert.Equal(InstanceOutcomeKind.GuestPowerOff, (await server.MustAsync<InstanceOutcomeResponse>("GET", "/instance/outcome")).Outcome!.Kind);
    }

    [Theory]
    [InlineData("POST", "/instance/power-button?timeout_seconds=x", "Failed to bind parameter \"Nullable<int> timeoutSeconds\" from \"x\".")]
    [InlineData("POST", "/instance/power-button?timeout_seconds=", "Failed to bind parameter \"Nullable<int> timeoutSeconds\" from \"\".")]
    [InlineData("GET", "/instance/serial/history?from_start=-1", "Failed to bind parameter \"Nullable<ulong> fromStart\" from \"-1\".")]
    [InlineData("GET", "/migration?gen=1&gen=2", "Failed to bind parameter \"Nullable<ulong> generation\" from \"1,2\".")]
    [InlineData("GET", "/instance/serial?typed=maybe", "Failed to bind parameter \"Nullable<bool> typed\" from \"maybe\".")]
    public async Task Values_in_the_query_are_what_the_interface_says(string method, string path, string sentence)
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());
        Assert.Equal(sentence, await server.RefusedAsync(HttpStatusCode.BadRequest, method, path));
    }

    [Fact]
    public async Task A_guest_that_ignores_the_power_button_is_switched_off_in_the_end()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());
        await server.EnsureAsync();
        await server.StateAsync("Run");
        await server.WaitForAsync(InstanceState.Running);

        await server.SendAsync("POST", "/instance/power-button?timeout_seconds=1");

        await server.WaitForAsync(InstanceState.Destroyed);
        Assert.Equal(InstanceOutcomeKind.Stopped, (await server.MustAsync<InstanceOutcomeResponse>("GET", "/instance/outcome")).Outcome!.Kind);
    }

    [Fact]
    public async Task An_NMI_reaches_a_running_guest_only()
    {
        var factory = new FakeFactory();
        await using var server = await TestServer.StartAsync(factory);
        await server.EnsureAsync();
        await server.RefusedAsync(HttpStatusCode.Forbidden, "POST", "/instance/nmi");
        await server.StateAsync("Run");
        await server.WaitForAsync(InstanceState.Running);

        var (status, body) = await server.SendAsync("POST", "/instance/nmi");

        Assert.Equal((HttpStatusCode.OK, "null"), (status, body));
        Assert.Equal("start nmi", factory.Body.Calls);
    }

    [Theory]
    [InlineData("not json", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("""{"properties": {}, "init": {"method": "Spec", "value": {}}}""", HttpStatusCode.BadRequest)]
    public async Task A_body_that_is_no_request_is_told_so(string body, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());

        Assert.NotEmpty(await server.RefusedAsync(status, "PUT", "/instance", body));
    }

    [Fact]
    public async Task Every_fault_of_a_spec_is_told_at_once()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());
        const string components = """
            "a": {"type": "virtio_disk", "component": {"backend_id": "gone", "pci_path": {"bus": 0, "device": 4, "function": 0}}},
            "b": {"type": "file_storage_backend", "component": {"path": "/x", "readonly": true, "block_size": 500}}
            """;

        var told = await server.RefusedAsync(HttpStatusCode.BadRequest, "PUT", "/instance", Specs.Ensure(Guid.NewGuid(), components, cpus: 99));

        Assert.Contains("\"gone\"", told);
        Assert.Contains("500", told);
        Assert.Contains("99", told);
    }

    [Fact]
    public async Task A_body_of_more_than_a_MiB_is_refused()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());

        var (status, _) = await server.SendAsync("PUT", "/instance", $"\"{new string('x', 1 << 20)}\"");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Created)]
    [InlineData("5.0.0", HttpStatusCode.Created)]
    [InlineData("1.0.0", HttpStatusCode.Created)]
    [InlineData("6.0.0", HttpStatusCode.BadRequest)]
    [InlineData("new", HttpStatusCode.BadRequest)]
    public async Task Versions_of_the_interface_are_those_of_the_original(string? version, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());

        Assert.Equal(status, (await server.SendAsync("PUT", "/instance", Specs.Ensure(Guid.NewGuid(), Specs.Com1), version)).Status);
    }

    [Theory]
    [InlineData("GET", "/instances", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/instance", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/instance/vnc", HttpStatusCode.NotImplemented)]
    public async Task What_is_not_there_is_said_in_a_sentence(string method, string path, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());

        Assert.NotEmpty(await server.RefusedAsync(status, method, path));
    }

    [Fact]
    public async Task Every_answer_names_its_request()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());

        using var response = await server.Http.GetAsync("/instance");

        var error = await response.Content.ReadFromJsonAsync<ServerError>(Contracts.Serialization.PropolisJson.Options);
        Assert.Equal(error!.RequestId, response.Headers.GetValues("x-request-id").Single());
    }
}
