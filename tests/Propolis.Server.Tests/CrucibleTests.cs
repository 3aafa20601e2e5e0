using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Crucible.Tests.Volumes;
using Propolis.Crucible.Volumes;
using Propolis.Crucible.Wire;
using Propolis.Server.Crucible;
using Propolis.Server.Rest;
using Propolis.Vmm.Block;
using Propolis.Vmm.Machine;
using LeaseAnswer = Propolis.Crucible.Upstairs.LeaseAnswer;

namespace Propolis.Server.Tests;

/// <summary>Crucible volumes behind the REST interface, on served regions.</summary>
public sealed class CrucibleTests : IAsyncDisposable
{
    const string Disk = "/instance/disk/data";

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    static readonly RegionDefinition Definition = new(512, 64, 4, Guid.Empty, Encrypted: false);

    readonly ThreeDownstairs _downs = new(Definition);
    readonly FakeFactory _factory = new();
    readonly MachineInputQueue _control = new();
    readonly List<string> _log = [];
    readonly List<IBlockBackend> _open = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var backend in _open) backend.Dispose();
        await _downs.DisposeAsync();
    }

    [Fact]
    public async Task Status_tells_the_tree_and_older_versions_whether_it_is_active()
    {
        await OpenAsync(1);
        await using var server = await StartAsync();

        var tree = (await server.MustAsync<VolumeStatus>("GET", $"{Disk}/status")).VolumeInfo.Volume!;

        var upstairs = Assert.Single(tree.SubVolumes).Upstairs!;
        Assert.Equal((UpstairsInfoStatus.Active, 1ul, 512ul, false, false), (upstairs.State, upstairs.Generation, upstairs.BlockSize, upstairs.Encrypted, upstairs.LiveRepairInProgress));
        Assert.Equal(Enumerable.Range(0, 3).Select(i => $"{_downs.TargetOf(i)}"), upstairs.Targets.Select(target => target.TargetAddr));
        Assert.All(upstairs.Targets, target => Assert.True(target.State is DownstairsActive && target.RegionId is not null && target.RepairAddr is not null));
        Assert.Equal("{\"active\":true}", (await server.SendAsync("GET", $"{Disk}/status", version: "4.0.0")).Body);
    }

    [Fact]
    public async Task A_target_is_replaced_while_the_volume_is_used()
    {
        await OpenAsync(1);
        await _downs.StartAsync(3);
        await using var server = await StartAsync();

        Assert.Equal(ReplaceResult.VcrMatches, await ReplaceAsync(server, Request(1)));
        Assert.Equal(ReplaceResult.Started, await ReplaceAsync(server, Request(1, 0, 3, 2)));
        for (var i = 0; await TargetAsync(server, 1) is not DownstairsActive; i++)
        {
            Assert.True(i < 3000, string.Join("\n", _log));
            await Task.Delay(20);
        }
        Assert.Equal(ReplaceResult.VcrMatches, await ReplaceAsync(server, Request(1, 0, 3, 2)));

        Assert.Contains("2 targets differ", await server.RefusedAsync(HttpStatusCode.BadRequest, "PUT", $"{Disk}/vcr", Body(Request(1, 1, 0, 2))));
        Assert.Contains("not a volume construction request", await server.RefusedAsync(HttpStatusCode.BadRequest, "PUT", $"{Disk}/vcr", """{"vcr_json": "{"}"""));
    }

    [Fact]
    public async Task A_snapshot_is_taken_or_refused_in_words()
    {
        await OpenAsync(1);
        await using var server = await StartAsync();

        var (status, body) = await server.SendAsync("POST", $"{Disk}/snapshot/{Guid.NewGuid()}");

        Assert.True(status == HttpStatusCode.OK || (status == HttpStatusCode.InternalServerError && body.Contains("No snapshot", StringComparison.Ordinal)), $"{status} {body}");
        Assert.Contains("no Crucible volume \"other\"", await server.RefusedAsync(HttpStatusCode.NotFound, "GET", "/instance/disk/other/status"));
    }

    [Fact]
    public async Task A_volume_that_another_session_took_over_stops_the_machine_with_the_reason()
    {
        await OpenAsync(1);
        await OpenAsync(2);
        await _control.WaitAsync().WaitAsync(Limit);
        Assert.True(_control.TryTake(out var happened, out _));
        Assert.Equal((MachineEventKind.Fenced, "disk data is fenced: another session opened it with generation 2"), (happened!.Value.Kind, happened.Value.Detail));
    }

    [Fact]
    public async Task A_disk_that_was_given_up_is_opened_again_with_the_generation_that_was_put_in_meanwhile()
    {
        await OpenAsync(1);
        var disk = Assert.IsAssignableFrom<IReleasableBackend>(Assert.Single(_open));
        await using var server = await StartAsync();

        await disk.ReleaseAsync(CancellationToken.None).WaitAsync(Limit);
        Assert.NotEqual(UpstairsInfoStatus.Active, await StateAsync(server));
        Assert.Equal(ReplaceResult.VcrMatches, await ReplaceAsync(server, Request(5)));
        await disk.ReclaimAsync(CancellationToken.None).WaitAsync(Limit);

        Assert.Equal(UpstairsInfoStatus.Active, await StateAsync(server));
        Assert.Equal(5ul, (await server.MustAsync<VolumeStatus>("GET", $"{Disk}/status")).VolumeInfo.Volume!.SubVolumes[0].Upstairs!.Generation);
    }

    [Fact]
    public async Task A_disk_with_a_replica_down_says_that_it_must_not_be_given_up()
    {
        await OpenAsync(1);
        var disk = Assert.IsAssignableFrom<IReleasableBackend>(Assert.Single(_open));
        Assert.Null(disk.WhyNotRelease);

        await _downs.StopAsync(1);
        Assert.True(SpinWait.SpinUntil(() => disk.WhyNotRelease is not null, Limit), "nothing is wrong with it");
        Assert.StartsWith($"disk data: replica {_downs.TargetOf(1)} does not serve: ", disk.WhyNotRelease, StringComparison.Ordinal);

        await _downs.StartAsync(1);
        Assert.True(SpinWait.SpinUntil(() => disk.WhyNotRelease is null, Limit), disk.WhyNotRelease);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, """{"verdict":"lost"}""", LeaseAnswer.Lost)]
    [InlineData(HttpStatusCode.OK, """{"verdict":"held"}""", LeaseAnswer.Held)]
    [InlineData(HttpStatusCode.OK, """{"verdict":"unknown"}""", LeaseAnswer.Unknown)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "busy", LeaseAnswer.Unknown)]
    public async Task The_sleds_agent_is_asked_about_a_generation(HttpStatusCode status, string body, LeaseAnswer expected)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var agent = builder.Build();
        agent.MapGet("/leases/{backend}", (string backend, ulong generation) => Results.Text(backend == "data disk" && generation == 7 ? body : "wrong", "application/json", statusCode: (int)status));
        await agent.StartAsync();

        Assert.Equal(expected, await new HttpLeaseOwner(new Uri(agent.Urls.Single() + "/leases"), "data disk", TimeProvider.System).AskAsync(7, CancellationToken.None).WaitAsync(Limit));
    }

    [Fact]
    public void A_wrong_request_is_refused_in_words()
    {
        var wrong = Assert.Throws<ServerException>(() => Disks().Open(new SpecKey("data"), new CrucibleStorageBackend { RequestJson = "{}", Readonly = false }, _control));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.StartsWith("The backend \"data\" cannot be used: ", wrong.Message, StringComparison.Ordinal);
    }

    CrucibleDisks Disks() => new(TimeProvider.System, null, line =>
    {
        lock (_log) _log.Add(line);
    });

    async Task OpenAsync(ulong generation)
    {
        if (generation == 1) await _downs.StartAllAsync();
        var (backend, volume) = Disks().Open(new SpecKey("data"), new CrucibleStorageBackend { RequestJson = Request(generation).Format(), Readonly = false }, _control);
        _open.Add(backend);
        await backend.StartAsync(CancellationToken.None).WaitAsync(Limit);
        _factory.Volumes[new SpecKey("data")] = volume;
    }

    async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync(_factory);
        await server.EnsureAsync();
        return server;
    }

    static async Task<UpstairsInfoStatus> StateAsync(TestServer server) =>
        (await server.MustAsync<VolumeStatus>("GET", $"{Disk}/status")).VolumeInfo.Volume!.SubVolumes[0].Upstairs!.State;

    static async Task<DownstairsInfoStatus> TargetAsync(TestServer server, int index) =>
        (await server.MustAsync<VolumeStatus>("GET", $"{Disk}/status")).VolumeInfo.Volume!.SubVolumes[0].Upstairs!.Targets[index].State;

    static Task<ReplaceResult> ReplaceAsync(TestServer server, VolumeConstructionRequest request) => server.MustAsync<ReplaceResult>("PUT", $"{Disk}/vcr", Body(request));

    static string Body(VolumeConstructionRequest request) => System.Text.Json.JsonSerializer.Serialize(new { vcr_json = request.Format() });

    VolumeRequest Request(ulong generation, params int[] targets) => new()
    {
        Id = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000002"),
        BlockSize = 512,
        SubVolumes =
        [
            new RegionRequest
            {
                BlockSize = 512,
                BlocksPerExtent = Definition.ExtentSize,
                ExtentCount = Definition.ExtentCount,
                Gen = generation,
                Opts = new CrucibleOpts
                {
                    Id = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000001"),
                    Target = [.. (targets is [] ? [0, 1, 2] : targets).Select(index => _downs.TargetOf(index).ToString())],
                },
            },
        ],
    };
}
