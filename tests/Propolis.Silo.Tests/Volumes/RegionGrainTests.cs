using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Tests.Hosting;
using Propolis.Silo.Volumes;

namespace Propolis.Silo.Tests.Volumes;

/// <summary>A volume's grain with sleds that serve, fall silent and go.</summary>
public sealed class RegionGrainTests : IAsyncDisposable
{
    static readonly VolumeTemplate Template = new() { Project = "p", Name = "disk", Kind = VolumeKind.Crucible, SizeBytes = 64 << 20, BlockSize = 4096 };

    static readonly VolumeHolder Holder = new() { Instance = InstanceId.Make("inst-a"), Incarnation = 1 };

    readonly MemoryStore _store = new();
    readonly VolumeSleds _sleds = new();
    readonly InProcessHost _host;

    public RegionGrainTests() => _host = new(new()
    {
        Store = _store,
        Projections = _store,
        Agents = new HttpSledClient(new HttpClient(), TimeProvider.System),
        Regions = _sleds,
        Directory = _sleds,
        Time = TimeProvider.System,
        Log = NullLogger.Instance,
        Options = new() { RetryAfter = TimeSpan.FromMilliseconds(20) },
    });

    IVolumeGrain Volume => _host.Get<IVolumeGrain>("vol-a");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_volume_is_made_on_three_sleds_opened_and_removed()
    {
        await CreateAsync();
        var made = await UntilAsync(view => view.Regions.All(one => one.State == VolumeRegionState.Ready));
        Assert.Equal(3, _sleds.Regions.Count);
        var ticket = await CheckOutAsync();
        Assert.Contains(made.Regions[0].Address!, ticket.Template.RequestJson, StringComparison.Ordinal);
        Assert.Contains("\"gen\":1", ticket.Template.RequestJson, StringComparison.Ordinal);
        Assert.Null((await Volume.GetAsync()).Value!.Template.RequestJson);
        await Volume.ReleaseAsync(Holder);
        await Volume.DeleteAsync("u");
        await UntilAsync(view => view.Regions.Count == 0);
        Assert.Empty(_sleds.Regions);
    }

    [Fact]
    public async Task The_key_of_an_encrypted_volume_is_told_only_to_who_opens_it_and_stays_the_same()
    {
        await CreateAsync(template: Template with { Encrypted = true });
        await UntilAsync(view => view.Regions.All(one => one.State == VolumeRegionState.Ready));
        Assert.All(_sleds.Requests, request => Assert.True(request.Encrypted));

        var key = KeyOf(await CheckOutAsync());
        Assert.Equal(32, Convert.FromBase64String(key).Length);
        Assert.Equal(key, KeyOf((await Volume.CheckoutAsync(new() { OperationId = "again", Holder = Holder, Reason = "start" })).Value!));

        Assert.DoesNotContain(key, JsonSerializer.Serialize((await Volume.GetAsync()).Value, PropolisJson.Options), StringComparison.Ordinal);
        Assert.DoesNotContain(key, JsonSerializer.Serialize((await Volume.HealthAsync()).Value, PropolisJson.Options), StringComparison.Ordinal);
        Assert.DoesNotContain(key, _store.Entries["vol-a"].View, StringComparison.Ordinal);
        Assert.NotEmpty(_store.Events);
        Assert.DoesNotContain(key, JsonSerializer.Serialize(_store.Events.Values), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_in_a_given_request_is_not_shown()
    {
        const string request = """{"type":"volume","sub_volumes":[{"type":"region","opts":{"key":"c2VjcmV0"},"gen":1}],"read_only_parent":{"type":"region","opts":{"key":"cGFyZW50"},"gen":1}}""";
        await CreateAsync(template: Template with { RequestJson = request });
        var shown = (await Volume.GetAsync()).Value!.Template.RequestJson!;
        Assert.DoesNotContain("c2VjcmV0", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("cGFyZW50", shown, StringComparison.Ordinal);
        Assert.Equal("c2VjcmV0", KeyOf(await CheckOutAsync()));
    }

    [Fact]
    public async Task A_silent_sled_holds_the_making_up_and_a_new_silo_goes_on_with_it()
    {
        await CreateAsync(silent: true);
        await UntilAsync(view => view.Regions.Count(one => one.State == VolumeRegionState.Ready) == 2);
        Assert.Equal(RefusalCode.Conflict, (await Volume.CheckoutAsync(new() { OperationId = "start", Holder = Holder, Reason = "start" })).Refusal!.Code);
        Assert.True(_store.Entries["vol-a"].Wake);
        var waiting = (await Volume.GetAsync()).Value!.Regions.First(one => one.State == VolumeRegionState.Creating);
        _sleds.Silence(waiting.Sled, silent: false);
        await UntilAsync(view => view.Regions.All(one => one.State == VolumeRegionState.Ready));
        Assert.False(_store.Entries["vol-a"].Wake);
    }

    [Fact]
    public async Task A_region_is_replaced_beside_its_user_and_removed_when_the_new_one_is_whole()
    {
        await CreateAsync();
        var made = await UntilAsync(view => view.Regions.All(one => one.State == VolumeRegionState.Ready));
        _sleds.Run("inst-a", made.Regions[0].Sled, (await CheckOutAsync()).Template.RequestJson!);
        var old = made.Regions[1];
        Assert.NotNull((await Volume.ReplaceRegionAsync(new() { OperationId = "r", Actor = "u", Region = old.Region })).Value);
        var repairing = await UntilAsync(view => view.Regions.Any(one => one.State == VolumeRegionState.Repairing) && _sleds.Repairing.Count == 1);
        Assert.Contains(old, repairing.Regions.Select(one => one with { State = VolumeRegionState.Ready }));
        var health = (await Volume.HealthAsync()).Value!;
        Assert.Equal(("active", 2), (health.Used, health.Well));
        Assert.Equal("its user finds it live_repair", health.Regions.Single(one => one.Region.State == VolumeRegionState.Repairing).Trouble);
        _sleds.Repairing.Clear();
        var whole = await UntilAsync(view => view.Regions.Count == 3 && view.Regions.All(one => one.State == VolumeRegionState.Ready));
        Assert.DoesNotContain(old.Region, whole.Regions.Select(one => one.Region));
        Assert.Equal(3, _sleds.Regions.Count);
        Assert.Equal(3, (await Volume.HealthAsync()).Value!.Well);
    }

    [Fact]
    public async Task The_region_of_a_sled_that_is_gone_for_ever_is_forgotten()
    {
        await CreateAsync();
        var made = await UntilAsync(view => view.Regions.All(one => one.State == VolumeRegionState.Ready));
        _sleds.Run("inst-a", made.Regions[0].Sled, (await CheckOutAsync()).Template.RequestJson!);
        _sleds.Silence(made.Regions[1].Sled, silent: true);
        var health = (await Volume.HealthAsync()).Value!;
        Assert.Equal((2, $"the agent of {made.Regions[1].Sled} does not answer"), (health.Well, health.Regions[1].Trouble));
        _sleds.Change(made.Regions[1].Sled, sled => sled with { Policy = SledPolicy.Expunged });
        await Volume.ReplaceRegionAsync(new() { OperationId = "r", Actor = "u", Region = made.Regions[1].Region });
        await UntilAsync(_ => _sleds.Repairing.Count == 1);
        _sleds.Repairing.Clear();
        await UntilAsync(view => view.Regions.Count == 3 && view.Regions.All(one => one.State == VolumeRegionState.Ready));
    }

    [Fact]
    public async Task A_volume_whose_sled_fell_silent_is_opened_elsewhere_with_a_new_region()
    {
        await CreateAsync();
        var made = await UntilAsync(view => view.Regions.All(one => one.State == VolumeRegionState.Ready));
        _sleds.Silence(made.Regions[0].Sled, silent: true);
        _sleds.Change(made.Regions[0].Sled, sled => sled with { Health = SledHealth.Unreachable });
        Assert.Contains("gets a new region", (await Volume.CheckoutAsync(new() { OperationId = "start", Holder = Holder, Reason = "start" })).Refusal!.Detail, StringComparison.Ordinal);
        await UntilAsync(view => view.Regions.Any(one => one.State == VolumeRegionState.Repairing));
        var ticket = await CheckOutAsync();
        Assert.Equal(1, ticket.Generation);
        Assert.DoesNotContain($"\"{made.Regions[0].Address}\"", ticket.Template.RequestJson, StringComparison.Ordinal);

        _sleds.Run("inst-a", made.Regions[1].Sled, ticket.Template.RequestJson!);
        var whole = await UntilAsync(view => view.Regions.Count(one => one.State == VolumeRegionState.Ready) == 3);
        Assert.Equal(VolumeRegionState.Leaving, whole.Regions.Single(one => one.Region == made.Regions[0].Region).State);
        _sleds.Silence(made.Regions[0].Sled, silent: false);
        await UntilAsync(view => view.Regions.Count == 3);
        Assert.Equal(3, _sleds.Regions.Count);
    }

    [Fact]
    public async Task A_snapshot_is_taken_through_the_vm_that_has_the_volume_open_and_removed_from_every_region()
    {
        await CreateAsync();
        var made = await UntilAsync(view => view.Regions.All(one => one.State == VolumeRegionState.Ready));
        Assert.Contains("start its instance", (await SnapshotAsync("before")).Refusal!.Detail, StringComparison.Ordinal);
        _sleds.Run("inst-a", made.Regions[0].Sled, (await CheckOutAsync()).Template.RequestJson!);

        var taken = (await SnapshotAsync("monday")).Value!;
        Assert.Equal((VolumeSnapshotState.Ready, 3, 3), (taken.State, taken.Regions.Count, _sleds.Copies.Count));
        Assert.Equal(taken, (await SnapshotAsync("monday")).Value);
        Assert.Contains("already", (await SnapshotAsync("monday", "again")).Refusal!.Detail, StringComparison.Ordinal);
        Assert.Equal([taken], (await Volume.GetAsync()).Value!.Snapshots);

        await Volume.ReleaseAsync(Holder);
        Assert.Contains("delete them first", (await Volume.DeleteAsync("u")).Refusal!.Detail, StringComparison.Ordinal);
        Assert.Equal(RefusalCode.NotFound, (await Volume.DeleteSnapshotAsync(new() { Actor = "u", Snapshot = "tuesday" })).Refusal!.Code);
        _sleds.Silence(made.Regions[1].Sled, silent: true);
        Assert.Equal(VolumeSnapshotState.Leaving, (await Volume.DeleteSnapshotAsync(new() { Actor = "u", Snapshot = "monday" })).Value!.State);
        await UntilAsync(view => view.Snapshots is [{ Regions.Count: 1 }]);
        _sleds.Silence(made.Regions[1].Sled, silent: false);
        await UntilAsync(view => view.Snapshots.Count == 0);
        Assert.Empty(_sleds.Copies);
        Assert.NotNull((await Volume.DeleteAsync("u")).Value);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_taken_is_refused_in_the_downstairs_words_and_leaves_nothing()
    {
        await CreateAsync();
        var made = await UntilAsync(view => view.Regions.All(one => one.State == VolumeRegionState.Ready));
        _sleds.Run("inst-a", made.Regions[0].Sled, (await CheckOutAsync()).Template.RequestJson!);
        _sleds.NoSnapshots = "the file system can neither share blocks between files (reflink) nor take a ZFS snapshot";
        var refusal = (await SnapshotAsync("monday")).Refusal!;
        Assert.Equal(RefusalCode.Conflict, refusal.Code);
        Assert.Contains(_sleds.NoSnapshots, refusal.Detail, StringComparison.Ordinal);
        await UntilAsync(view => view.Snapshots.Count == 0);
        Assert.Empty(_sleds.Copies);
    }

    [Fact]
    public async Task A_snapshot_whose_vm_does_not_answer_is_taken_later()
    {
        await CreateAsync();
        var made = await UntilAsync(view => view.Regions.All(one => one.State == VolumeRegionState.Ready));
        _sleds.Run("inst-a", made.Regions[0].Sled, (await CheckOutAsync()).Template.RequestJson!);
        _sleds.Silence(made.Regions[0].Sled, silent: true);
        Assert.Equal(VolumeSnapshotState.Taking, (await SnapshotAsync("monday")).Value!.State);
        _sleds.Silence(made.Regions[0].Sled, silent: false);
        await UntilAsync(view => view.Snapshots is [{ State: VolumeSnapshotState.Ready }]);
    }

    Task<Reply<VolumeSnapshot>> SnapshotAsync(string name, string? operation = null) => Volume.TakeSnapshotAsync(new() { OperationId = operation ?? name, Actor = "u", Name = name });

    static string KeyOf(VolumeTicket ticket) =>
        JsonDocument.Parse(ticket.Template.RequestJson!).RootElement.GetProperty("sub_volumes")[0].GetProperty("opts").GetProperty("key").GetString()!;

    async Task CreateAsync(bool silent = false, VolumeTemplate? template = null)
    {
        if (silent)
            _sleds.Silence(RegionRules.Choose("vol-a", await _sleds.SledsAsync(), [], 3)[2], silent: true);
        Assert.NotNull((await Volume.CreateAsync(new() { OperationId = "create", Actor = "u", Template = template ?? Template })).Value);
    }

    [Fact]
    public async Task Regions_that_share_a_sled_part_when_a_sled_comes_back()
    {
        var three = RegionRules.Choose("vol-a", await _sleds.SledsAsync(), [], 3);
        foreach (var other in (await _sleds.SledsAsync()).Where(sled => !three.Contains(sled.Id)).ToList())
            _sleds.Change(other.Id, sled => sled with { Policy = SledPolicy.Draining });
        await CreateAsync();
        var made = await UntilAsync(view => view.Regions.All(one => one.State == VolumeRegionState.Ready));
        var lost = made.Regions[0].Sled;
        _sleds.Silence(lost, silent: true);
        _sleds.Change(lost, sled => sled with { Health = SledHealth.Unreachable });
        Assert.NotNull((await Volume.CheckoutAsync(new() { OperationId = "start", Holder = Holder, Reason = "start" })).Refusal);
        await UntilAsync(view => view.Regions.Any(one => one.State == VolumeRegionState.Repairing));
        _sleds.Run("inst-a", made.Regions[1].Sled, (await CheckOutAsync()).Template.RequestJson!);
        await UntilAsync(view => view.Regions.Count(one => one.State == VolumeRegionState.Ready) == 3);
        var crowded = (await Volume.HealthAsync()).Value!;
        Assert.Equal(1, crowded.Well);
        Assert.Contains(crowded.Regions, one => one.Trouble?.Contains("too, until there is a sled", StringComparison.Ordinal) == true);

        _sleds.Silence(lost, silent: false);
        _sleds.Change(lost, sled => sled with { Health = SledHealth.Reachable });
        await UntilAsync(_ => _sleds.Repairing.Count == 1);
        _sleds.Repairing.Clear();
        var spread = await UntilAsync(view => view.Regions.Count == 3 && view.Regions.All(one => one.State == VolumeRegionState.Ready));
        Assert.Equal(three.Select(one => one.Value).Order(), spread.Regions.Select(one => one.Sled.Value).Order());
        Assert.Equal(3, (await Volume.HealthAsync()).Value!.Well);
    }

    async Task<VolumeTicket> CheckOutAsync() => (await Volume.CheckoutAsync(new() { OperationId = "start", Holder = Holder, Reason = "start" })).Value!;

    async Task<VolumeView> UntilAsync(Func<VolumeView, bool> holds)
    {
        for (var i = 0; ; i++)
        {
            var view = (await Volume.GetAsync()).Value!;
            if (holds(view))
                return view;
            Assert.True(i < 1000, string.Join("; ", view.Regions));
            await Task.Delay(20);
        }
    }
}
