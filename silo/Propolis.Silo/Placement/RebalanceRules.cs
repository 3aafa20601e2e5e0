using Propolis.Contracts.Ids;
using Propolis.Contracts.Sleds;

namespace Propolis.Silo.Placement;

/// <summary>
/// Which guests would move so that sleds are equally full. Only gaps that are worth a move count, and each move must make the gap smaller, so that plans made one after the other
/// come to rest.
/// </summary>
public static class RebalanceRules
{
    /// <summary>A gap in percent that is left alone.</summary>
    public const int Tolerance = 20;

    /// <summary>Moves of one plan, at most.</summary>
    public const int MostMoves = 16;

    /// <summary>Makes a plan.</summary>
    /// <param name="sleds">All sleds.</param>
    public static RebalancePlan Plan(IReadOnlyCollection<SledView> sleds)
    {
        var now = sleds
            .Where(sled => sled is { Policy: SledPolicy.InService, Health: SledHealth.Reachable, LastHeard: not null })
            .OrderBy(sled => sled.Id.Value, StringComparer.Ordinal)
            .ToDictionary(sled => sled.Id);
        var (before, moves) = (Spread(now.Values), new List<RebalanceMove>());
        while (moves.Count < MostMoves && Best(now, moves) is { } move)
        {
            moves.Add(move);
            Apply(now, move);
        }
        return new() { SpreadBefore = before, SpreadAfter = Spread(now.Values), Moves = new(moves) };
    }

    /// <summary>How full a sled is, percent, by the scarcer of processors and memory.</summary>
    /// <param name="sled">The sled.</param>
    public static int Load(SledView sled) => (int)Math.Max(
        100L * sled.Reserved.Cpus / Math.Max(1, sled.Capacity.Cpus),
        100L * sled.Reserved.MemoryMb / Math.Max(1, sled.Capacity.MemoryMb));

    static int Spread(IReadOnlyCollection<SledView> sleds) => sleds.Count == 0 ? 0 : sleds.Max(Load) - sleds.Min(Load);

    static RebalanceMove? Best(Dictionary<SledId, SledView> sleds, List<RebalanceMove> moves)
    {
        if (Spread(sleds.Values) <= Tolerance)
            return null;
        var (full, empty) = (sleds.Values.MaxBy(Load)!, sleds.Values.MinBy(Load)!);
        var gap = Load(full) - Load(empty);
        var movable = full.Reservations.Where(one => moves.TrueForAll(move => move.Instance != one.Instance) && Fits(one, full, sleds));
        return movable
            .Select(one => (one.Instance, Gap: Math.Abs(Load(Without(full, one)) - Load(With(empty, one)))))
            .Where(one => one.Gap < gap)
            .OrderBy(one => one.Gap)
            .ThenBy(one => one.Instance.Value, StringComparer.Ordinal)
            .Select(one => new RebalanceMove
            {
                Instance = one.Instance,
                From = full.Id,
                To = empty.Id,
                Reason = $"{full.Id} is {Load(full)} % full, {empty.Id} {Load(empty)} %; afterwards they differ by {one.Gap} %",
            })
            .FirstOrDefault();

        bool Fits(Reservation one, SledView from, Dictionary<SledId, SledView> all) => PlacementRules.Rank(
            new()
            {
                Instance = one.Instance,
                Project = one.Project,
                Cpus = one.Cpus,
                MemoryMb = one.MemoryMb,
                Groups = one.Groups,
                Avoid = [new() { Sled = from.Id, Reason = "is where it runs" }],
                Live = new() { Hypervisor = from.Hypervisor, Cpu = from.Cpu },
            },
            all.Values).Candidates.Contains(empty.Id);
    }

    static void Apply(Dictionary<SledId, SledView> sleds, RebalanceMove move)
    {
        var moved = sleds[move.From].Reservations.First(one => one.Instance == move.Instance);
        sleds[move.From] = Without(sleds[move.From], moved);
        sleds[move.To] = With(sleds[move.To], moved);
    }

    static SledView Without(SledView sled, Reservation one) => Change(sled, -one.Cpus, -one.MemoryMb) with { Reservations = new(sled.Reservations.Where(other => other != one)) };

    static SledView With(SledView sled, Reservation one) => Change(sled, one.Cpus, one.MemoryMb) with { Reservations = sled.Reservations.Add(one) };

    static SledView Change(SledView sled, int cpus, long memory) => sled with { Reserved = new() { Cpus = sled.Reserved.Cpus + cpus, MemoryMb = sled.Reserved.MemoryMb + memory } };
}
