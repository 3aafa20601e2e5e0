using System.Collections.Concurrent;
using Propolis.Agent.Storage;
using Propolis.Contracts.Agents;

namespace Propolis.Agent.Regions;

/// <summary>All Crucible regions of the sled, and the rules of <see cref="AgentRoutes"/> over them. Commands are carried out one at a time.</summary>
/// <param name="store">Regions on disk.</param>
/// <param name="programs">Their processes.</param>
/// <param name="addressOf">Where a port is reached.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
sealed class SledRegions(RegionStore store, IRegionPrograms programs, Func<int, string> addressOf, TimeProvider time, ILogger<SledRegions> log) : IAsyncDisposable
{
    readonly ConcurrentDictionary<Guid, RegionServer> _regions = [];
    readonly SemaphoreSlim _turn = new(1);

    /// <summary>Goes on with what an earlier agent left. Done once, before anything is answered.</summary>
    public void Adopt()
    {
        foreach (var record in store.Load())
            Begin(record);
    }

    /// <summary>Makes a region and serves it; repeated, it changes nothing.</summary>
    public async Task<RegionReply> EnsureAsync(Guid region, RegionEnsureRequest request)
    {
        await _turn.WaitAsync();
        try
        {
            if (_regions.TryGetValue(region, out var there))
            {
                return there.Record.Request == request
                    ? Done(there.Status)
                    : Refused(there.Status, $"region {region} is there already and is another one: it belongs to {there.Record.Request.Volume}, or has another geometry");
            }
            if (RegionRules.WhyNot(request) is { } fault)
                return Refused(Absent(region), fault);
            var taken = _regions.Values.SelectMany(one => new[] { one.Record.DataPort, one.Record.RepairPort }).ToHashSet();
            var data = programs.ChoosePort(taken);
            taken.Add(data);
            var record = new RegionRecord { Region = region, Request = request, DataPort = data, RepairPort = programs.ChoosePort(taken) };
            store.Save(record);
            return Done(Begin(record).Status);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends a region's server and removes its files; what is not there is removed already.</summary>
    public async Task<RegionReply> RemoveAsync(Guid region)
    {
        await _turn.WaitAsync();
        try
        {
            if (_regions.TryGetValue(region, out var there))
            {
                await there.EndAsync();
                store.Delete(region);
                _regions.TryRemove(region, out _);
                RegionLog.Removed(log, region);
            }
            return Done(Absent(region));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Removes a snapshot of a region; with the region all of them are gone.</summary>
    public async Task<SnapshotReply> RemoveSnapshotAsync(Guid region, Guid snapshot, CancellationToken cancellation)
    {
        if (!_regions.TryGetValue(region, out var there))
            return new() { Done = true };
        try
        {
            await programs.RemoveSnapshotAsync(there.Record, store.FolderOf(region), snapshot, cancellation);
            return new() { Done = true };
        }
        catch (AgentException failure)
        {
            return new() { Done = false, Reason = failure.Message };
        }
    }

    /// <summary>Ends the supervision; the servers run on.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_regions.Values.Select(one => one.LeaveAsync()));
        _turn.Dispose();
    }

    /// <summary>What a region does.</summary>
    public RegionReply Get(Guid region) => Done(_regions.TryGetValue(region, out var there) ? there.Status : Absent(region));

    /// <summary>What all regions do.</summary>
    public IReadOnlyList<RegionStatus> All() => [.. _regions.Values.Select(one => one.Status).OrderBy(status => status.Region)];

    RegionServer Begin(RegionRecord record) => _regions[record.Region] = RegionServer.Begin(store, programs, record, addressOf(record.DataPort), time, log);

    static RegionStatus Absent(Guid region) => new() { Region = region, State = RegionState.Absent };

    static RegionReply Done(RegionStatus status) => new() { Outcome = VmmOutcome.Done, Status = status };

    static RegionReply Refused(RegionStatus status, string reason) => new() { Outcome = VmmOutcome.Refused, Status = status, Reason = reason };
}
