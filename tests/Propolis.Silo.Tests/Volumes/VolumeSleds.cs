using System.Collections.Concurrent;
using System.Text.Json;
using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Server;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Tests.Volumes;

/// <summary>Sleds that serve regions, and a VM that uses them, without processes.</summary>
sealed class VolumeSleds : IRegionClient, ISledDirectory
{
    readonly ConcurrentDictionary<(string Sled, Guid Region), string> _regions = [];
    readonly ConcurrentDictionary<string, bool> _silent = [];
    readonly List<SledView> _sleds = [.. Enumerable.Range(1, 5).Select(Sled)];
    int _port = 6000;

    /// <summary>The targets of the running VM; it repairs what is new to it.</summary>
    public List<string> Used { get; private set; } = [];

    /// <summary>Targets that are not whole for the VM.</summary>
    public HashSet<string> Repairing { get; } = [];

    public IReadOnlyCollection<(string Sled, Guid Region)> Regions => [.. _regions.Keys];

    public static SledView Sled(int number) => new()
    {
        Id = SledId.Make($"sled-{number}"),
        Address = $"http://sled-{number}",
        Hypervisor = "kvm",
        Serial = "",
        Model = "",
        Policy = SledPolicy.InService,
        Health = SledHealth.Reachable,
        Capacity = new() { Cpus = 4, MemoryMb = 1024 },
        Reserved = new() { Cpus = 0, MemoryMb = 0 },
        Reservations = [],
        Version = 1,
    };

    /// <summary>What regions were asked for with.</summary>
    public ConcurrentQueue<RegionEnsureRequest> Requests { get; } = [];

    public void Silence(SledId sled, bool silent) => _silent[$"http://{sled.Value}"] = silent;

    public void Change(SledId sled, Func<SledView, SledView> change) => _sleds[_sleds.FindIndex(one => one.Id == sled)] = change(_sleds.First(one => one.Id == sled));

    public void Run(string instance, SledId sled, string requestJson)
    {
        Used = Targets(requestJson);
        Change(sled, view => view with { Reservations = [new Reservation { Instance = InstanceId.Make(instance), Incarnation = 1, Cpus = 1, MemoryMb = 1, Project = "p", Groups = [] }] });
    }

    public ValueTask<IReadOnlyCollection<SledView>> SledsAsync() => new([.. _sleds]);

    public void Note(SledView view)
    {
    }

    public Task<RegionReply> EnsureRegionAsync(string address, Guid region, RegionEnsureRequest request)
    {
        Check(address);
        Requests.Enqueue(request);
        return Task.FromResult(Running(region, _regions.GetOrAdd((address, region), _ => $"127.0.0.1:{Interlocked.Increment(ref _port)}")));
    }

    public Task<RegionReply> GetRegionAsync(string address, Guid region)
    {
        Check(address);
        return Task.FromResult(_regions.TryGetValue((address, region), out var at) ? Running(region, at) : Absent(region));
    }

    public Task<RegionReply> RemoveRegionAsync(string address, Guid region)
    {
        Check(address);
        _regions.TryRemove((address, region), out _);
        return Task.FromResult(Absent(region));
    }

    /// <summary>Copies of snapshots at regions.</summary>
    public ConcurrentDictionary<(Guid Region, Guid Snapshot), bool> Copies { get; } = [];

    /// <summary>Why the VM cannot take snapshots; the first region has a copy all the same.</summary>
    public string? NoSnapshots { get; set; }

    public Task<SnapshotReply> TakeSnapshotAsync(string address, InstanceId instance, long incarnation, VolumeId volume, Guid snapshot)
    {
        Check(address);
        foreach (var (_, region) in _regions.Keys.Take(NoSnapshots is null ? 3 : 1))
            Copies[(region, snapshot)] = true;
        return Task.FromResult(new SnapshotReply { Done = NoSnapshots is null, Reason = NoSnapshots });
    }

    public Task<SnapshotReply> RemoveSnapshotAsync(string address, Guid region, Guid snapshot)
    {
        Check(address);
        Copies.TryRemove((region, snapshot), out _);
        return Task.FromResult(new SnapshotReply { Done = true });
    }

    public Task<VolumeStatus> VolumeStatusAsync(string address, InstanceId instance, long incarnation, VolumeId volume)
    {
        Check(address);
        return Task.FromResult(new VolumeStatus
        {
            VolumeInfo = new VolumeInfo
            {
                Volume = new VolumeInfoTree
                {
                    SubVolumes =
                    [
                        new VolumeInfo
                        {
                            Upstairs = new UpstairsInfo
                            {
                                State = UpstairsInfoStatus.Active,
                                Generation = 1,
                                SessionId = Guid.Empty,
                                UpstairsId = Guid.Empty,
                                Encrypted = false,
                                ReadOnly = false,
                                LiveRepairInProgress = Repairing.Count > 0,
                                ReconcileInProgress = false,
                                Targets = new EquatableList<DownstairsInfo>(Used.Select(target => new DownstairsInfo
                                {
                                    TargetAddr = target,
                                    State = Repairing.Contains(target) ? new DownstairsLiveRepair() : new DownstairsActive(),
                                })),
                            },
                        },
                    ],
                },
            },
        });
    }

    public Task<ReplaceResult> ReplaceTargetAsync(string address, InstanceId instance, long incarnation, VolumeId volume, InstanceVCRReplace request)
    {
        Check(address);
        var targets = Targets(request.VcrJson);
        var fresh = targets.Except(Used).ToList();
        if (fresh.Count > 1)
            throw new SledCallException("two targets differ");
        if (fresh is [var one])
        {
            Repairing.Add(one);
            Used = targets;
            return Task.FromResult(ReplaceResult.Started);
        }
        return Task.FromResult(ReplaceResult.VcrMatches);
    }

    static List<string> Targets(string json) =>
        [.. JsonDocument.Parse(json).RootElement.GetProperty("sub_volumes")[0].GetProperty("opts").GetProperty("target").EnumerateArray().Select(one => one.GetString()!)];

    static RegionReply Running(Guid region, string address) => new() { Outcome = VmmOutcome.Done, Status = new() { Region = region, State = RegionState.Running, Address = address } };

    static RegionReply Absent(Guid region) => new() { Outcome = VmmOutcome.Done, Status = new() { Region = region, State = RegionState.Absent } };

    void Check(string address)
    {
        if (_silent.GetValueOrDefault(address))
            throw new SledCallException($"{address} is silent");
    }
}
