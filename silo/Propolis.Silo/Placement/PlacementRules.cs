using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Placement;

/// <summary>Where an instance can run, best first, and why not elsewhere. Rules that are not required only move a sled back.</summary>
public static class PlacementRules
{
    /// <summary>The first of <see cref="Rank"/>, without the order of the others; null when there is none.</summary>
    /// <param name="request">What is looked for.</param>
    /// <param name="sleds">All sleds.</param>
    public static SledId? Best(PlacementRequest request, IReadOnlyCollection<SledView> sleds)
    {
        var together = Together(request, sleds);
        SledView? best = null;
        var (bestBroken, bestRoom, bestShuffle) = (0, 0, (long?)null);
        foreach (var sled in sleds)
        {
            if (!HasRoom(request, sled) || WhyNot(request, sled, together) is not null)
                continue;
            var (broken, room) = (Broken(request, sled, together), Room(request, sled));
            var order = best is null ? -1 : broken != bestBroken ? broken.CompareTo(bestBroken) : bestRoom.CompareTo(room);
            if (order > 0)
                continue;
            // Only equal sleds are shuffled.
            if (order == 0 && Shuffle(request, sled) >= (bestShuffle ??= Shuffle(request, best!)))
                continue;
            (best, bestBroken, bestRoom, bestShuffle) = (sled, broken, room, null);
        }
        return best?.Id;
    }

    /// <summary>Looks at every sled.</summary>
    /// <param name="request">What is looked for.</param>
    /// <param name="sleds">All sleds.</param>
    public static PlacementReport Rank(PlacementRequest request, IReadOnlyCollection<SledView> sleds)
    {
        var (fit, refusals) = (new List<(SledView Sled, int Broken)>(), new List<WhyNot>());
        var together = Together(request, sleds);
        foreach (var sled in sleds)
        {
            if (WhyNot(request, sled, together) is { } reason)
                refusals.Add(new() { Sled = sled.Id, Reason = reason });
            else
                fit.Add((sled, Broken(request, sled, together)));
        }
        return new()
        {
            Candidates = [.. fit.OrderBy(one => one.Broken).ThenByDescending(one => Room(request, one.Sled)).ThenBy(one => Shuffle(request, one.Sled)).Select(one => one.Sled.Id)],
            Refusals = [.. refusals.OrderBy(one => one.Sled.Value, StringComparer.Ordinal)],
        };
    }

    static string? WhyNot(PlacementRequest request, SledView sled, Dictionary<string, HashSet<SledId>> together)
    {
        if (request.Avoid.FirstOrDefault(one => one.Sled == sled.Id) is { } avoided)
            return avoided.Reason;
        if (request.Pin is { } pin && pin != sled.Id)
            return request.PinReason ?? $"must run on {pin}";
        return sled switch
        {
            { Policy: SledPolicy.Expunged } => "is expunged",
            { Policy: SledPolicy.Draining } => "is being drained",
            { Health: SledHealth.Unreachable } => "is silent",
            { LastHeard: null } => "was not heard yet since the silo started",
            _ => Full(request, sled) ?? LiveFault(request, sled) ?? GroupFault(request, sled, together),
        };
    }

    static string? Full(PlacementRequest request, SledView sled)
    {
        var (cpus, memory) = (sled.Capacity.Cpus - sled.Reserved.Cpus, sled.Capacity.MemoryMb - sled.Reserved.MemoryMb);
        if (request.Cpus > cpus)
            return $"has {cpus} of {sled.Capacity.Cpus} processors free; {request.Cpus} are needed";
        return request.MemoryMb > memory ? $"has {memory} of {sled.Capacity.MemoryMb} MiB of memory free; {request.MemoryMb} are needed" : null;
    }

    // Asked first because most sleds of a full cluster fail here, and the reason is text.
    static bool HasRoom(PlacementRequest request, SledView sled) =>
        request.Cpus <= sled.Capacity.Cpus - sled.Reserved.Cpus && request.MemoryMb <= sled.Capacity.MemoryMb - sled.Reserved.MemoryMb;

    static string? LiveFault(PlacementRequest request, SledView sled) => request.Live switch
    {
        null => null,
        { } live when live.Hypervisor != sled.Hypervisor => $"runs {sled.Hypervisor}; the guest runs on {live.Hypervisor}",
        { Cpu: not "" } live when sled.Cpu != "" && Vendor(live.Cpu) != Vendor(sled.Cpu) => $"has processors of another vendor ({sled.Cpu}); the guest runs on {live.Cpu}",
        _ => null,
    };

    static string? GroupFault(PlacementRequest request, SledView sled, Dictionary<string, HashSet<SledId>> together)
    {
        foreach (var group in request.Groups.Where(group => group.Required))
        {
            if (group.Rule == GroupRule.Apart && HasMember(request, sled, group.Name))
                return $"has a member of group \"{group.Name}\", whose members must be on different sleds";
            if (group.Rule == GroupRule.Together && together.TryGetValue(group.Name, out var where) && where.Count > 0 && !where.Contains(sled.Id))
                return $"has no member of group \"{group.Name}\", whose members must be on one sled";
        }
        return null;
    }

    static int Broken(PlacementRequest request, SledView sled, Dictionary<string, HashSet<SledId>> together) => request.Groups.Count(group =>
        group.Rule == GroupRule.Apart
            ? HasMember(request, sled, group.Name)
            : together.TryGetValue(group.Name, out var where) && where.Count > 0 && !where.Contains(sled.Id));

    static Dictionary<string, HashSet<SledId>> Together(PlacementRequest request, IReadOnlyCollection<SledView> sleds) => request.Groups
        .Where(group => group.Rule == GroupRule.Together)
        .DistinctBy(group => group.Name)
        .ToDictionary(group => group.Name, group => sleds.Where(sled => HasMember(request, sled, group.Name)).Select(sled => sled.Id).ToHashSet());

    static bool HasMember(PlacementRequest request, SledView sled, string group) => sled.Reservations.Any(one =>
        one.Instance != request.Instance && one.Project == request.Project && one.Groups.Any(other => other.Name == group));

    // Spread: what is left free afterwards, of the scarcer of both, in thousandths so that equal sleds are equal.
    static int Room(PlacementRequest request, SledView sled) => (int)Math.Min(
        1000L * (sled.Capacity.Cpus - sled.Reserved.Cpus - request.Cpus) / Math.Max(1, sled.Capacity.Cpus),
        1000L * (sled.Capacity.MemoryMb - sled.Reserved.MemoryMb - request.MemoryMb) / Math.Max(1, sled.Capacity.MemoryMb));

    // Equal sleds in another order for each instance, so that a burst does not all go to one.
    static long Shuffle(PlacementRequest request, SledView sled) => EntityCodec.Checksum(request.Instance.Value, sled.Id.Value);

    static string Vendor(string cpu) => cpu.Split(' ', 2)[0];
}
