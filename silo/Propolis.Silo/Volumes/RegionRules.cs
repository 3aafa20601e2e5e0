using System.Security.Cryptography;
using System.Text;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Events;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Volumes;

/// <summary>
/// What becomes of the regions of a placed Crucible volume. At most one of the three is ever not whole: the other two always hold every
/// flushed write.
/// <code>
/// Creating -- its sled serves it --> Ready
/// Incoming -- its sled serves it --> Repairing (the replaced one: Leaving) -- the VM that has it open finds it whole --> Ready
/// Leaving  -- all three are whole, or the volume is deleted --> removed
/// </code>
/// </summary>
public static class RegionRules
{
    /// <summary>Regions of a volume.</summary>
    public const int Count = 3;

    const long LargestExtent = 64L << 20;
    const long SmallestExtent = 1L << 20;
    const int FewestExtents = 8;
    const int MostExtents = 16384;
    const int LargestBlock = 32768;

    /// <summary>Whether the cluster places the volume's regions.</summary>
    /// <param name="template">The volume.</param>
    public static bool IsPlaced(VolumeTemplate template) => template is { Kind: VolumeKind.Crucible, RequestJson: null };

    /// <summary>Why regions for this template cannot be made; null when they can.</summary>
    /// <param name="template">The volume.</param>
    public static Refusal? Fault(VolumeTemplate template)
    {
        if (template.BlockSize > LargestBlock)
            return Refuse(RefusalCode.Invalid, $"block_size is {template.BlockSize}; a crucible volume has at most {LargestBlock}");
        if (template.SizeBytes % SmallestExtent != 0)
            return Refuse(RefusalCode.Invalid, $"size_bytes is {template.SizeBytes}; a crucible volume has a multiple of {SmallestExtent} (1 MiB)");
        return template.SizeBytes / ExtentBytes(template.SizeBytes) > MostExtents
            ? Refuse(RefusalCode.Invalid, $"size_bytes is {template.SizeBytes}; a crucible volume of this size has a multiple of {LargestExtent} (64 MiB) and at most {MostExtents * LargestExtent}")
            : null;
    }

    /// <summary>How the volume is cut into extents of up to 64 MiB.</summary>
    /// <param name="template">A volume without fault.</param>
    public static RegionGeometry Geometry(VolumeTemplate template)
    {
        var extent = ExtentBytes(template.SizeBytes);
        return new(extent / template.BlockSize, (int)(template.SizeBytes / extent));
    }

    /// <summary>
    /// Chooses sleds in service that were heard lately and hold none of the volume. The order depends on volume and sled alone, so that volumes spread
    /// evenly and a repeated choice is the same.
    /// </summary>
    /// <param name="volume">The volume's key.</param>
    /// <param name="sleds">All sleds.</param>
    /// <param name="taken">Those that hold some of the volume, or must not.</param>
    /// <param name="count">How many.</param>
    public static IReadOnlyList<SledId> Choose(string volume, IEnumerable<SledView> sleds, IReadOnlyCollection<SledId> taken, int count) =>
        [.. sleds.Where(sled => sled is { Policy: SledPolicy.InService, Health: SledHealth.Reachable } && !taken.Contains(sled.Id))
            .OrderBy(sled => Convert.ToHexString(Hash($"{volume}/{sled.Id.Value}")), StringComparer.Ordinal)
            .Select(sled => sled.Id).Take(count)];

    /// <summary>Places the three regions of a new volume.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="volume">Its key.</param>
    /// <param name="sleds">All sleds.</param>
    public static Decision<VolumeState> Place(VolumeState state, string volume, IReadOnlyCollection<SledView> sleds)
    {
        if (state.Regions.Count > 0 || !IsPlaced(state.Template))
            return state;
        var chosen = Choose(volume, sleds, [], Count);
        if (chosen.Count < Count)
            return Refuse(RefusalCode.NoPlace, $"a crucible volume needs {Count} sleds in service that can be reached; there are {chosen.Count}");
        return chosen.Aggregate(state, (next, sled) => With(next, volume, sled, next.Regions.Count, VolumeRegionState.Creating));
    }

    /// <summary>Begins to replace a region.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="volume">Its key.</param>
    /// <param name="request">Which, and who asks.</param>
    /// <param name="sleds">All sleds.</param>
    public static Decision<VolumeState> Replace(VolumeState state, string volume, ReplaceRegion request, IReadOnlyCollection<SledView> sleds)
    {
        if (state.Deleted)
            return Refuse(RefusalCode.Gone, $"volume \"{state.Template.Name}\" is deleted");
        if (state.LastReplace == request.OperationId)
            return state;
        if (state.Regions.FirstOrDefault(one => one.Region == request.Region && IsUsed(one)) is not { } old)
            return Refuse(RefusalCode.NotFound, $"volume \"{state.Template.Name}\" has no region {request.Region}");
        if (state.Regions.FirstOrDefault(one => one.State is VolumeRegionState.Incoming or VolumeRegionState.Repairing && one != old) is { } busy)
            return Refuse(RefusalCode.Conflict, $"region {busy.Region} on {busy.Sled} is not whole yet; only one can be replaced at a time");
        if (Choose(volume, sleds, [.. state.Regions.Select(one => one.Sled)], 1) is not [var sled])
            return Refuse(RefusalCode.NoPlace, "no sled in service that can be reached is without a region of this volume");
        var isEmpty = old.State == VolumeRegionState.Creating;
        var next = With(isEmpty ? Change(state, old, old with { State = VolumeRegionState.Leaving }) : state, volume, sled, old.Slot, isEmpty ? VolumeRegionState.Creating : VolumeRegionState.Incoming);
        return (next with { LastReplace = request.OperationId }).Say("region-replaced", request.Actor, $"region {old.Region} on {old.Sled} by one on {sled}{(request.Reason is { } reason ? $": {reason}" : "")}");
    }

    /// <summary>
    /// Before a VM opens the volume: begins to replace a region whose sled cannot be reached, since all three are needed to open it. Where no other sled is left, the
    /// new region shares one with another region, until there is a sled for it (<see cref="Spread"/>).
    /// </summary>
    /// <param name="state">The volume.</param>
    /// <param name="volume">Its key.</param>
    /// <param name="sleds">All sleds.</param>
    public static VolumeState Recover(VolumeState state, string volume, IReadOnlyCollection<SledView> sleds)
    {
        var reachable = sleds.Where(sled => sled is { Health: SledHealth.Reachable } and not { Policy: SledPolicy.Expunged }).Select(sled => sled.Id).ToHashSet();
        if (!IsPlaced(state.Template) || state.Regions.Any(one => one.State is VolumeRegionState.Incoming or VolumeRegionState.Repairing or VolumeRegionState.Creating))
            return state;
        if (Serving(state).FirstOrDefault(one => !reachable.Contains(one.Sled)) is not { } lost)
            return state;
        if (Choose(volume, sleds, [.. state.Regions.Select(one => one.Sled)], 1).Concat(Choose(volume, sleds, [lost.Sled], 1)).FirstOrDefault() is not { Value: not null } sled)
            return state;
        return With(state, volume, sled, lost.Slot, VolumeRegionState.Incoming)
            .Say("region-replaced", "reconciler", $"region {lost.Region} on {lost.Sled}, which cannot be reached, by one on {sled}, so that the volume can be opened");
    }

    /// <summary>
    /// Beside a VM that has the volume open: begins to replace a region that shares its sled with another one, as soon as there is a sled without any. Which of the two
    /// follows from their slots.
    /// </summary>
    /// <param name="state">The volume.</param>
    /// <param name="volume">Its key.</param>
    /// <param name="sleds">All sleds.</param>
    public static VolumeState Spread(VolumeState state, string volume, IReadOnlyCollection<SledView> sleds)
    {
        if (!IsCrowded(state) || state.Regions.Any(one => one.State is VolumeRegionState.Incoming or VolumeRegionState.Repairing or VolumeRegionState.Creating))
            return state;
        var serving = Serving(state);
        var guest = serving.Last(one => !IsAlone(state, one));
        return Choose(volume, sleds, [.. serving.Select(one => one.Sled)], 1) is [var sled]
            ? With(state, volume, sled, guest.Slot, VolumeRegionState.Incoming)
                .Say("region-replaced", "reconciler", $"region {guest.Region} on {guest.Sled}, where another region of the volume is, too, by one on {sled}")
            : state;
    }

    /// <summary>Whether a VM has the volume open while two of its regions share a sled.</summary>
    /// <param name="state">The volume.</param>
    public static bool IsCrowded(VolumeState state) => state.Holder is not null && Serving(state).Any(one => !IsAlone(state, one));

    /// <summary>Whether nothing is left to do but to wait for a sled on which a region has more room.</summary>
    /// <param name="state">The volume.</param>
    public static bool WaitsForRoom(VolumeState state) => IsCrowded(state) && !ToMake(state).Any() && !ToRemove(state).Any() && !IsRepairing(state) && SnapshotRules.IsSettled(state);

    /// <summary>Whether a region is on its way to take the place of another.</summary>
    /// <param name="state">The volume.</param>
    public static bool IsRecovering(VolumeState state) => state.Regions.Any(one => one.State == VolumeRegionState.Incoming);

    /// <summary>A sled serves a region.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="region">Which.</param>
    /// <param name="address">Where.</param>
    public static VolumeState Served(VolumeState state, Guid region, string address)
    {
        if (state.Regions.FirstOrDefault(one => one.Region == region) is not { } found)
            return state;
        if (found.State == VolumeRegionState.Creating)
            return Change(state, found, found with { State = VolumeRegionState.Ready, Address = address });
        if (found.State != VolumeRegionState.Incoming)
            return state;
        var old = state.Regions.First(one => one.Slot == found.Slot && one.State is VolumeRegionState.Ready or VolumeRegionState.Repairing);
        return Change(Change(state, old, old with { State = VolumeRegionState.Leaving }), found, found with { State = VolumeRegionState.Repairing, Address = address });
    }

    /// <summary>The VM that has the volume open finds all three whole.</summary>
    /// <param name="state">The volume.</param>
    public static VolumeState Whole(VolumeState state) => state.Regions.Aggregate(state, (next, region) => region.State == VolumeRegionState.Repairing
        ? Change(next, region, region with { State = VolumeRegionState.Ready }).Say("region-whole", "reconciler", $"region {region.Region} on {region.Sled}")
        : next);

    /// <summary>A region's files are gone, or its sled for ever.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="region">Which.</param>
    public static VolumeState Removed(VolumeState state, Guid region) =>
        SnapshotRules.RegionGone(state with { Regions = new(state.Regions.Where(one => one.Region != region)) }, region);

    /// <summary>All regions of a deleted volume go.</summary>
    /// <param name="state">The volume.</param>
    public static VolumeState Leave(VolumeState state) => state with { Regions = new(state.Regions.Select(one => one with { State = VolumeRegionState.Leaving })) };

    /// <summary>Regions that their sleds are to make.</summary>
    /// <param name="state">The volume.</param>
    public static IEnumerable<VolumeRegion> ToMake(VolumeState state) => state.Regions.Where(one => one.State is VolumeRegionState.Creating or VolumeRegionState.Incoming);

    /// <summary>Regions that their sleds are to remove: not before the rest is whole without them.</summary>
    /// <param name="state">The volume.</param>
    public static IEnumerable<VolumeRegion> ToRemove(VolumeState state) => state.Regions.Any(one => one.State is VolumeRegionState.Repairing or VolumeRegionState.Incoming)
        ? []
        : state.Regions.Where(one => one.State == VolumeRegionState.Leaving);

    /// <summary>Whether the VM that has the volume open is to take a new region in.</summary>
    /// <param name="state">The volume.</param>
    public static bool IsRepairing(VolumeState state) => state.Holder is not null && state.Regions.Any(one => one.State == VolumeRegionState.Repairing);

    /// <summary>Whether there is nothing to do.</summary>
    /// <param name="state">The volume.</param>
    public static bool IsSettled(VolumeState state) => !ToMake(state).Any() && !ToRemove(state).Any() && !IsRepairing(state) && SnapshotRules.IsSettled(state) && !IsCrowded(state);

    /// <summary>Whether no other region that holds the volume is on a region's sled.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="region">The region.</param>
    public static bool IsAlone(VolumeState state, VolumeRegion region) =>
        !state.Regions.Any(one => one.Region != region.Region && one.Sled == region.Sled && one.State != VolumeRegionState.Leaving);

    /// <summary>The three that hold the volume now, in the order of their slots; fewer while it is being made.</summary>
    /// <param name="state">The volume.</param>
    public static IReadOnlyList<VolumeRegion> Serving(VolumeState state) =>
        [.. state.Regions.Where(one => one.State is VolumeRegionState.Ready or VolumeRegionState.Repairing).OrderBy(one => one.Slot)];

    static bool IsUsed(VolumeRegion region) => region.State is VolumeRegionState.Creating or VolumeRegionState.Ready or VolumeRegionState.Repairing;

    static VolumeState With(VolumeState state, string volume, SledId sled, int slot, VolumeRegionState how) => state with
    {
        RegionsMade = state.RegionsMade + 1,
        Regions = state.Regions.Add(new VolumeRegion { Region = IdOf($"{volume}/{state.CreatedBy}/{state.RegionsMade}"), Slot = slot, Sled = sled, State = how }),
    };

    static VolumeState Change(VolumeState state, VolumeRegion old, VolumeRegion changed) =>
        state with { Regions = new(state.Regions.Select(one => one == old ? changed : one)) };

    // As many extents as make repair beside a guest go in small steps.
    static long ExtentBytes(long size)
    {
        var extent = (long)System.Numerics.BigInteger.GreatestCommonDivisor(size, LargestExtent);
        while (size / extent < FewestExtents && extent > SmallestExtent)
            extent /= 2;
        return extent;
    }

    static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    // RFC 9562, version 8: made by a rule of one's own.
    static Guid IdOf(string text)
    {
        var hash = Hash(text);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    static Refusal Refuse(RefusalCode code, string detail) => new() { Code = code, Detail = detail };
}
