using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Agent.Regions;
using Propolis.Agent.Storage;
using Propolis.Agent.Tests.Fakes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;

namespace Propolis.Agent.Tests.Regions;

/// <summary>Regions of a sled on a real folder, over processes in memory.</summary>
public sealed class SledRegionsTests : IDisposable
{
    static readonly Guid Region = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000001");
    static readonly RegionEnsureRequest Request = new() { Volume = VolumeId.Make("vol-a"), BlockSize = 512, BlocksPerExtent = 64, ExtentCount = 4 };

    readonly Folder _folder = new();
    readonly FakeRegionPrograms _programs = new();
    SledRegions _regions;

    public SledRegionsTests() => _regions = NewAgent();

    public void Dispose()
    {
        foreach (var status in _regions.All())
            _regions.RemoveAsync(status.Region).Wait(TimeSpan.FromSeconds(20));
        _folder.Dispose();
    }

    [Fact]
    public async Task A_region_is_made_once_and_served_at_one_address()
    {
        var first = await _regions.EnsureAsync(Region, Request);
        Assert.Equal((VmmOutcome.Done, "127.0.0.1:5099"), (first.Outcome, first.Status.Address));
        await RunsAsync();
        Assert.Equal("127.0.0.1:5099", (await _regions.EnsureAsync(Region, Request)).Status.Address);
        Assert.Single(_programs.Started);
        var served = _programs.Started.First().Record;
        Assert.Equal((5099, 5098), (served.DataPort, served.RepairPort));
        Assert.Equal("127.0.0.1:5097", (await _regions.EnsureAsync(Guid.NewGuid(), Request)).Status.Address);
        Assert.Equal(2, _regions.All().Count);
    }

    [Fact]
    public async Task Another_geometry_and_impossible_ones_are_refused_in_words()
    {
        await _regions.EnsureAsync(Region, Request);
        Assert.Contains("is there already and is another one", (await _regions.EnsureAsync(Region, Request with { ExtentCount = 5 })).Reason, StringComparison.Ordinal);
        Assert.Contains("power of two", (await _regions.EnsureAsync(Guid.NewGuid(), Request with { BlockSize = 1000 })).Reason, StringComparison.Ordinal);
        Assert.Contains("at least 1", (await _regions.EnsureAsync(Guid.NewGuid(), Request with { ExtentCount = 0 })).Reason, StringComparison.Ordinal);
        Assert.Contains("larger than", (await _regions.EnsureAsync(Guid.NewGuid(), Request with { BlocksPerExtent = long.MaxValue })).Reason, StringComparison.Ordinal);
        Assert.Single(_regions.All());
    }

    [Fact]
    public async Task A_snapshot_is_removed_by_the_program_and_with_the_region_all_of_them_are_gone()
    {
        var snapshot = Guid.NewGuid();
        Assert.True((await _regions.RemoveSnapshotAsync(Region, snapshot, CancellationToken.None)).Done);
        Assert.Empty(_programs.Removed);
        await _regions.EnsureAsync(Region, Request);
        Assert.True((await _regions.RemoveSnapshotAsync(Region, snapshot, CancellationToken.None)).Done);
        Assert.Equal([(Region, snapshot)], _programs.Removed);
        _programs.Full = "the snapshot cannot be removed: the disk failed";
        Assert.Equal((false, _programs.Full), (await _regions.RemoveSnapshotAsync(Region, snapshot, CancellationToken.None)) is var reply ? (reply.Done, reply.Reason) : default);
        _programs.Full = null;
    }

    [Fact]
    public async Task A_server_that_ends_is_started_again()
    {
        await _regions.EnsureAsync(Region, Request);
        await RunsAsync();
        _programs.Started.First().End("its crucible-downstairs ended with exit code 1");
        await Until.TrueAsync(() => _programs.Started.Count == 2, () => $"{_regions.Get(Region)}");
        await RunsAsync();
        Assert.Equal(_programs.Started.First().Record.DataPort, _programs.Started.Last().Record.DataPort);
        Assert.Single(_programs.Created);
    }

    [Fact]
    public async Task Files_that_cannot_be_made_are_told_and_tried_again()
    {
        _programs.Full = "the region cannot be made: the disk is full";
        await _regions.EnsureAsync(Region, Request);
        await Until.TrueAsync(() => _regions.Get(Region).Status is { State: RegionState.Failed, Reason: "the region cannot be made: the disk is full" }, () => $"{_regions.Get(Region)}");
        _programs.Full = null;
        await RunsAsync();
    }

    [Fact]
    public async Task A_new_agent_adopts_what_runs_and_starts_what_does_not()
    {
        var other = Guid.NewGuid();
        await _regions.EnsureAsync(Region, Request);
        await _regions.EnsureAsync(other, Request);
        await Until.TrueAsync(() => _regions.All().All(one => one.State == RegionState.Running), () => "");
        await _regions.DisposeAsync();
        _programs.Started.First(one => one.Record.Region == other).End("the sled lost its power");
        _regions = NewAgent();
        await Until.TrueAsync(() => _regions.All().Count == 2 && _regions.All().All(one => one.State == RegionState.Running), () => string.Join("; ", _regions.All()));
        Assert.Single(_programs.Started, one => one.Record.Region == Region);
        Assert.Equal("127.0.0.1:5099", _regions.Get(Region).Status.Address);
    }

    [Fact]
    public async Task Removal_ends_the_server_and_removes_the_files_and_repeated_changes_nothing()
    {
        await _regions.EnsureAsync(Region, Request);
        await RunsAsync();
        Assert.True(Directory.Exists(_folder[$"regions/{Region:D}"]));
        Assert.Equal(RegionState.Absent, (await _regions.RemoveAsync(Region)).Status.State);
        Assert.True(_programs.Started.First().WasKilled);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["regions"]));
        Assert.Equal(RegionState.Absent, (await _regions.RemoveAsync(Region)).Status.State);
        Assert.Empty(NewAgent().All());
    }

    [Fact]
    public void What_a_crash_left_of_a_removal_is_no_region()
    {
        var store = new RegionStore(_folder.Path);
        store.Save(new RegionRecord { Region = Region, Request = Request, DataPort = 1, RepairPort = 2 });
        Directory.Move(store.FolderOf(Region), store.FolderOf(Region) + ".removed");
        Directory.CreateDirectory(store.FolderOf(Guid.NewGuid()));
        Assert.Empty(store.Load());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["regions"]));
    }

    [Fact]
    public void A_server_that_keeps_ending_is_started_less_and_less_often() =>
        Assert.Equal([0.5, 1, 2, 4, 30, 30], new[] { 0, 1, 2, 3, 7, 100 }.Select(failures => RegionRules.Pause(failures).TotalSeconds));

    SledRegions NewAgent()
    {
        var regions = new SledRegions(new RegionStore(_folder.Path), _programs, port => $"127.0.0.1:{port}", TimeProvider.System, NullLogger<SledRegions>.Instance);
        regions.Adopt();
        return regions;
    }

    Task RunsAsync() => Until.TrueAsync(() => _regions.Get(Region).Status.State == RegionState.Running, () => $"{_regions.Get(Region)}");
}
