using System.Net;
using System.Text.Json;
using Propolis.Crucible.Volumes;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Volumes;

/// <summary>What operators read over HTTP.</summary>
public sealed class ControlServerTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Info_and_work_tell_what_the_upstairs_does()
    {
        await using var downs = new ThreeDownstairs(new RegionDefinition(512, 64, 8, Guid.Empty, Encrypted: false));
        await downs.StartAllAsync();
        await using var set = downs.Open(1, o => o with { FlushTimeout = TimeSpan.FromHours(1) });
        await using var control = await ControlServer.StartAsync(set, new IPEndPoint(IPAddress.Loopback, 0));
        using var http = new HttpClient { BaseAddress = new Uri($"http://{control.Address}"), Timeout = Limit };
        Assert.Equal("initializing", (await Get(http, "/info")).GetProperty("state").GetString());
        await set.ActivateAsync(CancellationToken.None).WaitAsync(Limit);
        await set.WriteAsync(3, new byte[1024]).WaitAsync(Limit);
        var info = await Get(http, "/info");
        Assert.Equal("active", info.GetProperty("state").GetString());
        Assert.Equal(["active", "active", "active"], info.GetProperty("ds_state").EnumerateArray().Select(s => s.GetString()));
        Assert.Equal((0, 1, 0, 0), (Int(info, "up_jobs"), Int(info, "ds_jobs"), Int(info, "reconcile_done"), Int(info, "reconcile_needed")));
        foreach (var list in new[] { "extents_repaired", "extents_confirmed", "extent_limit", "live_repair_completed", "live_repair_aborted" })
            Assert.Equal(3, info.GetProperty(list).GetArrayLength());
        var job = await AcknowledgedJob(http);
        Assert.Equal((1000, 2, "write", true, 3), (Int(job, "id"), Int(job, "num_blocks"), job.GetProperty("job_type").GetString(), job.GetProperty("ack_status").GetBoolean(), job.GetProperty("state").GetArrayLength()));
    }

    [Fact]
    public async Task An_address_in_use_is_refused()
    {
        await using var downs = new ThreeDownstairs(new RegionDefinition(512, 64, 8, Guid.Empty, Encrypted: false));
        await downs.StartAllAsync();
        await using var set = downs.Open(1);
        await Assert.ThrowsAsync<IOException>(() => ControlServer.StartAsync(set, downs.TargetOf(0)));
    }

    // The write was answered before the replicas had it.
    static async Task<JsonElement> AcknowledgedJob(HttpClient http)
    {
        for (var attempt = 0; ; attempt++)
        {
            var job = Assert.Single((await Get(http, "/work")).GetProperty("jobs").EnumerateArray());
            if (job.GetProperty("ack_status").GetBoolean() || attempt == 1000)
                return job;
            await Task.Delay(20);
        }
    }

    static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    static async Task<JsonElement> Get(HttpClient http, string path) => JsonDocument.Parse(await http.GetStringAsync(path)).RootElement;
}
