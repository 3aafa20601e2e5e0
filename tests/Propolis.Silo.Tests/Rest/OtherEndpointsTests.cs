using System.Net;
using System.Text.Json;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Tests.Rest;

[Collection(RestHost.Collection)]
public sealed class OtherEndpointsTests
{
    readonly RestHost _host;

    public OtherEndpointsTests(RestHost host) => _host = host.Fresh();

    [Fact]
    public async Task Volumes_are_made_shown_and_forgotten()
    {
        var (created, volume) = await _host.SendAsync(HttpMethod.Post, "/v1/volumes", new VolumeTemplate { Project = "default", Name = "data", Kind = VolumeKind.Memory, SizeBytes = 4096 }, ("Idempotency-Key", "v1"));
        var id = volume.GetProperty("id").GetString()!;
        var (shown, _) = await _host.SendAsync(HttpMethod.Get, $"/v1/volumes/{id}");
        var (deleted, _) = await _host.SendAsync(HttpMethod.Delete, $"/v1/volumes/{id}", null, ("X-Actor", "carol"));

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.OK], [created.StatusCode, shown.StatusCode, deleted.StatusCode]);
        Assert.Equal("carol", _host.Grains.Asked[^1].Request);
    }

    [Fact]
    public async Task The_checkouts_of_a_volume_say_who_and_why()
    {
        _host.Grains.Volumes["vol-a"] = Views.Volume("vol-a");
        var (_, checkouts) = await _host.SendAsync(HttpMethod.Get, "/v1/volumes/vol-a/checkouts");
        Assert.Equal((2, "start"), (checkouts[0].GetProperty("generation").GetInt32(), checkouts[0].GetProperty("reason").GetString()));
    }

    [Theory]
    [InlineData("drain", SledPolicy.Draining)]
    [InlineData("resume", SledPolicy.InService)]
    [InlineData("expunge", SledPolicy.Expunged)]
    public async Task Sleds_change_their_policy(string word, SledPolicy policy)
    {
        _host.Grains.Sleds["sled-a"] = Views.Sled("sled-a");
        var (response, _) = await _host.SendAsync(HttpMethod.Post, $"/v1/sleds/sled-a/{word}", """{"reason": "new disks"}""", ("Idempotency-Key", "p"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(new SledPolicyCommand { OperationId = "p", Actor = "api", Policy = policy, Reason = "new disks" }, Assert.Single(_host.Grains.Asked).Request);
    }

    [Fact]
    public async Task Listed_sleds_are_as_their_grains_hear_them()
    {
        var heard = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        _host.Grains.Sleds["sled-a"] = Views.Sled("sled-a") with { LastHeard = heard, Health = SledHealth.Unreachable };
        var sled = await ListedSledAsync();
        Assert.Equal((heard, "unreachable"), (sled.GetProperty("last_heard").GetDateTimeOffset(), sled.GetProperty("health").GetString()));
    }

    [Fact]
    public async Task A_sled_whose_grain_does_not_answer_is_listed_as_it_was()
    {
        _host.Grains.Failure = new GrainCallException("sled-a did not answer");
        Assert.Equal("reachable", (await ListedSledAsync()).GetProperty("health").GetString());
    }

    async Task<JsonElement> ListedSledAsync() => (await _host.SendAsync(HttpMethod.Get, "/v1/sleds")).Body.GetProperty("items")[0];

    [Fact]
    public async Task A_plan_to_level_the_load_is_told()
    {
        var (response, plan) = await _host.SendAsync(HttpMethod.Get, "/v1/rebalance");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, plan.GetProperty("moves").GetArrayLength());
    }

    [Fact]
    public async Task A_drain_tells_what_is_left_and_why()
    {
        _host.Grains.Drains["drain-sled-a"] = new()
        {
            Sled = SledId.Make("sled-a"),
            Active = true,
            Remaining = [new() { Instance = InstanceId.Make("inst-stuck"), Incarnation = 3, Blocked = true, Reason = "no sled has room" }],
        };
        var (_, drain) = await _host.SendAsync(HttpMethod.Get, "/v1/sleds/sled-a/drain");
        Assert.Equal("no sled has room", drain.GetProperty("remaining")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task An_instance_is_sent_to_another_sled()
    {
        var (response, migration) = await _host.SendAsync(HttpMethod.Post, "/v1/instances/inst-a/migrate", """{"target": "sled-b", "policy": {"downtime_budget_ms": 50}}""", ("Idempotency-Key", "m"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"/v1/migrations/{migration.GetProperty("id").GetString()}", response.Headers.Location?.ToString());
        var asked = Assert.IsType<StartMigration>(Assert.Single(_host.Grains.Asked).Request);
        Assert.Equal((SledId.Make("sled-b"), 50, 30), (asked.Target, asked.Policy.DowntimeBudgetMs, asked.Policy.MaxPasses));
    }

    [Fact]
    public async Task A_migration_is_shown_and_taken_back()
    {
        _host.Grains.Migrations["mig-a"] = Views.Migration("mig-a", "inst-a");
        var (_, shown) = await _host.SendAsync(HttpMethod.Get, "/v1/migrations/mig-a");
        var (cancelled, _) = await _host.SendAsync(HttpMethod.Post, "/v1/migrations/mig-a/cancel", """{"reason": "wrong sled"}""");

        Assert.Equal("queued", shown.GetProperty("phase").GetString());
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        Assert.Equal(new AbortMigration { Actor = "api", Reason = "wrong sled" }, _host.Grains.Asked[^1].Request);
    }

    [Fact]
    public async Task The_health_of_a_volume_is_that_of_its_regions()
    {
        _host.Grains.Healths["vol-a"] = new() { Id = VolumeId.Make("vol-a"), Well = 2, Regions = [] };
        var (_, health) = await _host.SendAsync(HttpMethod.Get, "/v1/volumes/vol-a/health");
        Assert.Equal(2, health.GetProperty("well").GetInt32());
    }

    [Fact]
    public async Task A_region_is_replaced()
    {
        var region = Guid.Parse("00000000-0000-0000-0000-000000000007");
        _host.Grains.Volumes["vol-a"] = Views.Volume("vol-a");
        var (response, _) = await _host.SendAsync(HttpMethod.Post, $"/v1/volumes/vol-a/regions/{region}/replace", null, ("Idempotency-Key", "r"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(new ReplaceRegion { OperationId = "r", Actor = "api", Region = region }, Assert.Single(_host.Grains.Asked).Request);
    }

    [Fact]
    public async Task Snapshots_are_taken_listed_and_removed()
    {
        var snapshot = Views.Snapshot("monday");
        _host.Grains.Volumes["vol-a"] = Views.Volume("vol-a") with { Snapshots = [snapshot] };
        _host.Grains.Snapshots["vol-a"] = snapshot;
        var (taken, shown) = await _host.SendAsync(HttpMethod.Post, "/v1/volumes/vol-a/snapshots", new NewSnapshot { Name = "monday" }, ("Idempotency-Key", "s"));
        var (_, listed) = await _host.SendAsync(HttpMethod.Get, "/v1/volumes/vol-a/snapshots");
        var (gone, _) = await _host.SendAsync(HttpMethod.Delete, "/v1/volumes/vol-a/snapshots/monday");
        var (wrong, _) = await _host.SendAsync(HttpMethod.Post, "/v1/volumes/vol-a/snapshots", new { title = "monday" });

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.BadRequest), (taken.StatusCode, gone.StatusCode, wrong.StatusCode));
        Assert.Equal("ready", shown.GetProperty("state").GetString());
        Assert.Equal("monday", Assert.Single(listed.EnumerateArray()).GetProperty("name").GetString());
        Assert.Contains(_host.Grains.Asked, one => new TakeSnapshot { OperationId = "s", Actor = "api", Name = "monday" }.Equals(one.Request));
        Assert.Contains(_host.Grains.Asked, one => new DeleteSnapshot { Actor = "api", Snapshot = "monday" }.Equals(one.Request));
    }

    [Fact]
    public async Task Quotas_are_set_and_shown()
    {
        var (response, project) = await _host.SendAsync(HttpMethod.Put, "/v1/projects/web/quota", new ProjectQuota { Instances = 1, Cpus = 2, MemoryMb = 3 });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, project.GetProperty("quota").GetProperty("memory_mb").GetInt32());
        var (_, shown) = await _host.SendAsync(HttpMethod.Get, "/v1/projects/web");
        Assert.Equal("web", shown.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Wrong_names_of_projects_are_refused() => await _host.RefusedAsync(HttpStatusCode.BadRequest, "invalid", HttpMethod.Get, "/v1/projects/Not%20A%20Name");

    [Fact]
    public async Task The_callers_trace_goes_on_in_the_silo()
    {
        await _host.SendAsync(HttpMethod.Get, "/v1/sleds/sled-a", null, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Assert.Single(_host.Grains.Traces));
    }

    [Theory]
    [InlineData("/v1/volumes")]
    [InlineData("/v1/sleds")]
    [InlineData("/v1/projects")]
    [InlineData("/v1/migrations")]
    public async Task Every_list_is_a_page(string path)
    {
        var (_, page) = await _host.SendAsync(HttpMethod.Get, path);
        Assert.Single(page.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Sleds_refuse_as_their_grains_do()
    {
        _host.Grains.Refuse = (_, _) => new() { Code = RefusalCode.Conflict, Detail = "it is expunged" };
        await _host.RefusedAsync(HttpStatusCode.Conflict, "conflict", HttpMethod.Post, "/v1/sleds/sled-a/resume");
    }
}
