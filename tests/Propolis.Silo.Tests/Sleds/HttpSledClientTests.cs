using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Serialization;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Tests.Sleds;

/// <summary>Calls to agents over a real socket.</summary>
public sealed class HttpSledClientTests : IAsyncLifetime
{
    static readonly InstanceId Instance = InstanceId.Make("inst-a");

    readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    WebApplication _agent = null!;
    RequestDelegate _answer = _ => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _agent = builder.Build();
        _agent.MapFallback(context => _answer(context));
        await _agent.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task A_reply_is_read_and_the_request_is_as_the_routes_say()
    {
        var seen = "";
        _answer = context =>
        {
            seen = $"{context.Request.Method} {context.Request.Path}";
            return context.Response.WriteAsJsonAsync(Reply, PropolisJson.Options);
        };
        Assert.Equal(Reply, await Client.RemoveAsync(Address, Instance, 3));
        Assert.Equal("DELETE /v1/vmms/inst-a/3", seen);
        await Client.SetStateAsync(Address, Instance, 3, new() { Requested = VmmRequest.Stop, OperationId = "op" });
        Assert.Equal("PUT /v1/vmms/inst-a/3/state", seen);
        await Client.StopMigrationAsync(Address, Instance, 3);
        Assert.Equal("DELETE /v1/vmms/inst-a/3/migration", seen);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, "{}", "status 500")]
    [InlineData(HttpStatusCode.OK, "{", "failed")]
    [InlineData(HttpStatusCode.OK, "null", "answered with null")]
    [InlineData(HttpStatusCode.OK, "{}", "failed")]
    public async Task Any_other_answer_leaves_the_outcome_unknown(HttpStatusCode status, string body, string sentence)
    {
        _answer = context =>
        {
            (context.Response.StatusCode, context.Response.ContentType) = ((int)status, "application/json");
            return context.Response.WriteAsync(body);
        };
        Assert.Contains(sentence, (await Assert.ThrowsAsync<SledCallException>(() => Client.RemoveAsync(Address, Instance, 3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_is_not_there_or_has_no_address_leaves_the_outcome_unknown()
    {
        await Assert.ThrowsAsync<SledCallException>(() => Client.RemoveAsync("http://127.0.0.1:1", Instance, 3));
        await Assert.ThrowsAsync<SledCallException>(() => Client.RemoveAsync("nowhere", Instance, 3));
    }

    [Theory]
    [InlineData("Running", true), InlineData("Migrating", true), InlineData("Rebooting", true), InlineData("Creating", false), InlineData("Starting", false), InlineData("Stopped", false), InlineData("Failed", false)]
    public async Task A_guests_own_server_says_whether_it_still_has_the_guest(string state, bool has)
    {
        var (mine, seen) = (Guid.NewGuid(), "");
        _answer = context =>
        {
            seen = $"{context.Request.Method} {context.Request.Path}";
            return context.Response.WriteAsync($$$"""
                {"instance": {"properties": {"id": "{{{mine}}}", "name": "a", "description": "", "metadata": {
                  "silo_id": "{{{mine}}}", "project_id": "{{{mine}}}", "sled_id": "{{{mine}}}", "sled_serial": "", "sled_revision": 0, "sled_model": ""} }, "state": "{{{state}}}"} }
                """);
        };
        Assert.Equal(has, await Client.HasGuestAsync(Address["http://".Length..], InstanceId.Make($"{InstanceId.Prefix}{mine}")));
        Assert.Equal("GET /instance", seen);
        Assert.False(await Client.HasGuestAsync(Address["http://".Length..], InstanceId.Make($"{InstanceId.Prefix}{Guid.NewGuid()}")));
    }

    [Fact]
    public async Task A_server_that_has_no_vm_or_is_not_there_has_no_guest()
    {
        _answer = context =>
        {
            context.Response.StatusCode = (int)HttpStatusCode.FailedDependency;
            return context.Response.WriteAsync("{}");
        };
        var instance = InstanceId.Make($"{InstanceId.Prefix}{Guid.NewGuid()}");
        Assert.False(await Client.HasGuestAsync(Address["http://".Length..], instance));
        Assert.False(await Client.HasGuestAsync("127.0.0.1:1", instance));
    }

    [Fact]
    public async Task A_silent_agent_is_not_waited_for_for_ever()
    {
        var time = new Simulation.SimTime();
        var asked = new TaskCompletionSource();
        _answer = async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        var call = new HttpSledClient(_http, time).SetStateAsync(Address, Instance, 3, new() { Requested = VmmRequest.Stop, OperationId = "op" });
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        time.RunNext(time.Now.AddSeconds(16));
        Assert.Contains("was not answered in 15 s", (await Assert.ThrowsAsync<SledCallException>(() => call)).Message, StringComparison.Ordinal);
    }

    string Address => _agent.Urls.First();

    HttpSledClient Client => new(_http, TimeProvider.System);

    static VmmReply Reply => new() { Outcome = VmmOutcome.Done, Status = new() { Instance = Instance, Incarnation = 3, State = VmmState.Absent, Sequence = 1 } };
}
