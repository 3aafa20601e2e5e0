using Propolis.Contracts.Results;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Events;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Volumes;

/// <summary>
/// What becomes of a volume's snapshots; pure. What was asked for is written before anybody is told, and an outcome that is not known is asked for again:
/// <code>
/// Taking -- the VM says yes --> Ready -- deleted --> Leaving -- no region has it --> gone
/// Taking -- the VM says no, or has closed the volume --> Leaving
/// </code>
/// </summary>
public static class SnapshotRules
{
    const int Most = 64;

    /// <summary>Notes what is asked for.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="request">The request.</param>
    /// <param name="now">The time.</param>
    public static Decision<VolumeState> Take(VolumeState state, TakeSnapshot request, DateTimeOffset now)
    {
        var name = state.Template.Name;
        if (state.Deleted)
            return Refuse(RefusalCode.Gone, $"volume \"{name}\" is deleted");
        if (state.Snapshots.Any(one => one.OperationId == request.OperationId))
            return state;
        if (Names.Fault("name", request.Name) is { } fault)
            return fault;
        if (!RegionRules.IsPlaced(state.Template))
            return Refuse(RefusalCode.Conflict, $"volume \"{name}\" has no snapshots: only those of kind crucible have whose regions the cluster placed");
        if (state.Snapshots.Any(one => one.Name == request.Name && one.State != VolumeSnapshotState.Leaving))
            return Refuse(RefusalCode.Conflict, $"volume \"{name}\" has a snapshot \"{request.Name}\" already");
        if (state.Snapshots.Count >= Most)
            return Refuse(RefusalCode.Conflict, $"volume \"{name}\" has {state.Snapshots.Count} snapshots, and {Most} is the most");
        if (state.Holder is null)
            return Refuse(RefusalCode.Conflict, $"volume \"{name}\" is not open; a snapshot is taken by the VM that has it open: start its instance");
        if (state.Regions.FirstOrDefault(one => one.State is not (VolumeRegionState.Ready or VolumeRegionState.Leaving)) is { } partial)
            return Refuse(RefusalCode.Conflict, $"region {partial.Region} of volume \"{name}\" on {partial.Sled} is not whole yet; a snapshot needs all three");
        return state with
        {
            Snapshots = state.Snapshots.Add(new VolumeSnapshot
            {
                Id = NamedGuid.Of($"snapshot/{state.CreatedBy}/{request.OperationId}"),
                Name = request.Name,
                State = VolumeSnapshotState.Taking,
                CreatedAt = now,
                OperationId = request.OperationId,
                Regions = new(RegionRules.Serving(state).Select(one => one.Region)),
            }),
        };
    }

    /// <summary>The VM took it.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="snapshot">Which.</param>
    public static VolumeState Taken(VolumeState state, VolumeSnapshot snapshot) =>
        Change(state, snapshot, snapshot with { State = VolumeSnapshotState.Ready }).Say("snapshot-taken", "reconciler", snapshot.Name);

    /// <summary>It cannot be taken. Regions that took it all the same are asked to remove it.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="snapshot">Which.</param>
    /// <param name="reason">Why.</param>
    public static VolumeState Failed(VolumeState state, VolumeSnapshot snapshot, string reason) =>
        Change(state, snapshot, snapshot with { State = VolumeSnapshotState.Leaving }).Say("snapshot-failed", "reconciler", $"{snapshot.Name}: {reason}");

    /// <summary>Begins to remove one.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="request">Which.</param>
    public static Decision<VolumeState> Delete(VolumeState state, DeleteSnapshot request)
    {
        if (Find(state, request.Snapshot) is not { } found)
            return Refuse(RefusalCode.NotFound, $"volume \"{state.Template.Name}\" has no snapshot \"{request.Snapshot}\"");
        return found.State == VolumeSnapshotState.Leaving
            ? state
            : Change(state, found, found with { State = VolumeSnapshotState.Leaving }).Say("snapshot-deleted", request.Actor, found.Name);
    }

    /// <summary>A snapshot by its name or id; null when there is none.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="word">Its name or id.</param>
    public static VolumeSnapshot? Find(VolumeState state, string word) =>
        state.Snapshots.Where(one => one.Name == word || (Guid.TryParse(word, out var id) && one.Id == id)).MinBy(one => one.State == VolumeSnapshotState.Leaving);

    /// <summary>Snapshots that are to be asked for.</summary>
    /// <param name="state">The volume.</param>
    public static IEnumerable<VolumeSnapshot> ToTake(VolumeState state) => state.Snapshots.Where(one => one.State == VolumeSnapshotState.Taking);

    /// <summary>Snapshots that regions are to remove.</summary>
    /// <param name="state">The volume.</param>
    public static IEnumerable<(VolumeSnapshot Snapshot, VolumeRegion Region)> ToRemove(VolumeState state) =>
        from one in state.Snapshots
        where one.State == VolumeSnapshotState.Leaving
        from region in state.Regions
        where one.Regions.Contains(region.Region)
        select (one, region);

    /// <summary>A region has no more of it.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="region">The region.</param>
    public static VolumeState Removed(VolumeState state, Guid snapshot, Guid region) =>
        WithoutEmpty(state with { Snapshots = new(state.Snapshots.Select(one => one.Id == snapshot ? Without(one, region) : one)) });

    /// <summary>A region is gone, and what it had of snapshots with it.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="region">The region.</param>
    public static VolumeState RegionGone(VolumeState state, Guid region) => WithoutEmpty(state with { Snapshots = new(state.Snapshots.Select(one => Without(one, region))) });

    /// <summary>Whether there is nothing to do.</summary>
    /// <param name="state">The volume.</param>
    public static bool IsSettled(VolumeState state) => state.Snapshots.All(one => one.State == VolumeSnapshotState.Ready);

    static VolumeSnapshot Without(VolumeSnapshot one, Guid region) => one.Regions.Contains(region) ? one with { Regions = new(one.Regions.Where(id => id != region)) } : one;

    static VolumeState WithoutEmpty(VolumeState state) => state.Snapshots.Any(one => one.Regions.Count == 0)
        ? state with { Snapshots = new(state.Snapshots.Where(one => one.Regions.Count > 0)) }
        : state;

    static VolumeState Change(VolumeState state, VolumeSnapshot old, VolumeSnapshot changed) =>
        state with { Snapshots = new(state.Snapshots.Select(one => one.Id == old.Id ? changed : one)) };

    static Refusal Refuse(RefusalCode code, string detail) => new() { Code = code, Detail = detail };
}
