using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Server;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Volumes;

/// <summary>Carries out with the agents what a volume's regions need, and asks how they are. What could not be done is tried again later.</summary>
/// <param name="ports">What the volume's grain reaches.</param>
sealed class RegionWork(GrainPorts ports)
{
    /// <summary>One round: makes, takes in and removes regions.</summary>
    /// <param name="state">The volume.</param>
    /// <returns>The volume with what was reached.</returns>
    public async Task<VolumeState> StepAsync(VolumeState state)
    {
        var sleds = await SledsAsync();
        state = RegionRules.Spread(state, ports.Key, sleds.Values);
        var made = await Task.WhenAll(RegionRules.ToMake(state).Select(async region => (region.Region, Address: await MakeAsync(state, region, sleds))));
        var next = made.Aggregate(state, (all, one) => one.Address is null ? all : RegionRules.Served(all, one.Region, one.Address));
        if (RegionRules.IsRepairing(next) && await IsTakenInAsync(next, sleds))
            next = RegionRules.Whole(next);
        next = await RemoveSnapshotsAsync(await TakeSnapshotsAsync(next, sleds), sleds);
        var gone = await Task.WhenAll(RegionRules.ToRemove(next).Select(async region => (region.Region, Done: await RemoveAsync(region, sleds))));
        return gone.Where(one => one.Done).Aggregate(next, (all, one) => RegionRules.Removed(all, one.Region));
    }

    /// <summary>Asks the VM that has the volume open for the snapshots that are not taken yet. Where no answer comes, they stay what they are.</summary>
    /// <param name="state">The volume.</param>
    public async Task<VolumeState> TakeSnapshotsAsync(VolumeState state) => await TakeSnapshotsAsync(state, await SledsAsync());

    /// <summary>Asks the sleds and the VM that has the volume open.</summary>
    /// <param name="state">The volume.</param>
    public async Task<VolumeHealth> HealthAsync(VolumeState state)
    {
        var sleds = await SledsAsync();
        var asking = UsedAsync(state, sleds);
        var served = await Task.WhenAll(state.Regions.Select(region => ServedAsync(region, sleds)));
        var used = await asking;
        var regions = state.Regions.Zip(served, (region, seen) => HealthRules.Of(region, seen.State, seen.Trouble, used, RegionRules.IsAlone(state, region))).ToList();
        return new()
        {
            Id = VolumeId.Make(ports.Key),
            Used = HealthRules.Whole(used),
            Well = regions.Count(one => one.Trouble is null && one.Region.State != VolumeRegionState.Leaving),
            Regions = new(regions),
        };
    }

    async Task<Dictionary<SledId, SledView>> SledsAsync() => (await ports.Directory.SledsAsync()).ToDictionary(sled => sled.Id);

    async Task<string?> MakeAsync(VolumeState state, VolumeRegion region, Dictionary<SledId, SledView> sleds)
    {
        var geometry = RegionRules.Geometry(state.Template);
        var request = new RegionEnsureRequest
        {
            Volume = VolumeId.Make(ports.Key),
            BlockSize = state.Template.BlockSize,
            BlocksPerExtent = geometry.BlocksPerExtent,
            ExtentCount = geometry.ExtentCount,
            Encrypted = state.Template.Encrypted,
        };
        var reply = await TryAsync(sleds.GetValueOrDefault(region.Sled), sled => ports.Regions.EnsureRegionAsync(sled.Address, region.Region, request));
        return reply is { Outcome: VmmOutcome.Done, Status: { State: RegionState.Running, Address: { } address } } ? address : null;
    }

    // A sled that is gone for ever takes its regions along.
    async Task<bool> RemoveAsync(VolumeRegion region, Dictionary<SledId, SledView> sleds) =>
        !sleds.TryGetValue(region.Sled, out var known) || known.Policy == SledPolicy.Expunged
        || await TryAsync(known, sled => ports.Regions.RemoveRegionAsync(sled.Address, region.Region)) is { Status.State: RegionState.Absent };

    async Task<bool> IsTakenInAsync(VolumeState state, Dictionary<SledId, SledView> sleds)
    {
        var request = VolumeRequestRules.Request(state, ports.Key)!;
        var user = UserOf(state, sleds);
        var result = await TryAsync(user, async sled => (object)await ports.Regions.ReplaceTargetAsync(
            sled.Address, state.Holder!.Instance, state.Holder.Incarnation, VolumeId.Make(ports.Key), new() { VcrJson = request }));
        return result is ReplaceResult.CompletedAlready or ReplaceResult.VcrMatches
            && await UsedAsync(state, sleds) is { } used && HealthRules.AreAllActive(used, RegionRules.Serving(state));
    }

    async Task<VolumeState> TakeSnapshotsAsync(VolumeState state, Dictionary<SledId, SledView> sleds)
    {
        foreach (var snapshot in SnapshotRules.ToTake(state).ToList())
        {
            if (state.Holder is not { } holder)
            {
                state = SnapshotRules.Failed(state, snapshot, "the VM that had the volume open has closed it");
                continue;
            }
            var reply = await TryAsync(UserOf(state, sleds), sled => ports.Regions.TakeSnapshotAsync(sled.Address, holder.Instance, holder.Incarnation, VolumeId.Make(ports.Key), snapshot.Id));
            state = reply switch
            {
                null => state,
                { Done: true } => SnapshotRules.Taken(state, snapshot),
                _ => SnapshotRules.Failed(state, snapshot, reply.Reason ?? "it was refused"),
            };
        }
        return state;
    }

    // A sled that is gone for ever takes its copies along.
    async Task<VolumeState> RemoveSnapshotsAsync(VolumeState state, Dictionary<SledId, SledView> sleds)
    {
        foreach (var (snapshot, region) in SnapshotRules.ToRemove(state).ToList())
        {
            var isLost = !sleds.TryGetValue(region.Sled, out var known) || known.Policy == SledPolicy.Expunged;
            if (isLost || await TryAsync(known, sled => ports.Regions.RemoveSnapshotAsync(sled.Address, region.Region, snapshot.Id)) is { Done: true })
                state = SnapshotRules.Removed(state, snapshot.Id, region.Region);
        }
        return state;
    }

    async Task<VolumeInfo?> UsedAsync(VolumeState state, Dictionary<SledId, SledView> sleds)
    {
        if (state.Holder is not { } holder)
            return null;
        var status = await TryAsync(UserOf(state, sleds), sled => ports.Regions.VolumeStatusAsync(sled.Address, holder.Instance, holder.Incarnation, VolumeId.Make(ports.Key)));
        return status?.VolumeInfo;
    }

    async Task<(RegionState? State, string? Trouble)> ServedAsync(VolumeRegion region, Dictionary<SledId, SledView> sleds)
    {
        if (!sleds.TryGetValue(region.Sled, out var sled))
            return (null, $"{region.Sled} is not known");
        return await TryAsync(sled, one => ports.Regions.GetRegionAsync(one.Address, region.Region)) is { } reply
            ? (reply.Status.State, reply.Status.Reason)
            : (null, $"the agent of {region.Sled} does not answer");
    }

    static SledView? UserOf(VolumeState state, Dictionary<SledId, SledView> sleds) => sleds.Values.FirstOrDefault(sled =>
        sled.Reservations.Any(room => room.Instance == state.Holder!.Instance && room.Incarnation == state.Holder.Incarnation));

    async Task<T?> TryAsync<T>(SledView? sled, Func<SledView, Task<T>> call)
        where T : class
    {
        if (sled is null)
            return null;
        try
        {
            return await call(sled);
        }
        catch (SledCallException failure)
        {
            HostLog.SledCall(ports.Log, ports.Key, failure.Message);
            return null;
        }
    }
}
