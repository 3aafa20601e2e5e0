using System.Net;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Projects;
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
        Assert.Equal("delete by carol", _host.Grains.Asked[^1].Request);
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
    public async Task Blockers_are_the_instances_that_no_other_sled_takes()
    {
        _host.Grains.Sleds["sled-a"] = Views.Sled("sled-a", "inst-free", "inst-stuck", "inst-gone");
        _host.Grains.Placements["inst-free"] = new() { Candidates = [SledId.Make("sled-b")], Refusals = [] };
        _host.Grains.Placements["inst-stuck"] = new() { Candidates = [], Refusals = [new() { Sled = SledId.Make("sled-b"), Reason = "it has no memory left" }, new() { Sled = SledId.Make("sled-a"), Reason = "it drains" }] };

        var (_, blockers) = await _host.SendAsync(HttpMethod.Get, "/v1/sleds/sled-a/blockers");

        Assert.Equal(3, blockers.GetProperty("remaining").GetInt32());
        var one = Assert.Single(blockers.GetProperty("blockers").EnumerateArray());
        Assert.Equal("inst-stuck", one.GetProperty("instance").GetString());
        Assert.Equal("no other sled takes it: sled-b: it has no memory left", one.GetProperty("reason").GetString());
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

    [Theory]
    [InlineData("/v1/volumes")]
    [InlineData("/v1/sleds")]
    [InlineData("/v1/projects")]
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
