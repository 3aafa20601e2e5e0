using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>An extent that is not the same everywhere.</summary>
/// <param name="Extent">Its number.</param>
/// <param name="Source">The replica with the newest content.</param>
/// <param name="Destinations">Those that copy it.</param>
public sealed record ExtentDifference(uint Extent, int Source, IReadOnlyList<int> Destinations);

/// <summary>How three replicas are made equal before they serve; pure.</summary>
public static class ReconcileRules
{
    /// <summary>Why a generation may not open replicas that hold these versions, or null.</summary>
    public static CrucibleError? CheckGeneration(ulong generation, IEnumerable<IReadOnlyList<ExtentVersion>> replicas)
    {
        if (generation == 0)
            return new CrucibleError(CrucibleErrorKind.NegotiationError) { Negotiation = NegotiationErrorKind.GenerationZeroIsIllegal };
        var needed = HighestGeneration(replicas) + 1;
        return generation < needed ? CrucibleError.GenerationTooLow(generation, needed) : null;
    }

    /// <summary>The highest generation any extent was flushed with.</summary>
    public static ulong HighestGeneration(IEnumerable<IReadOnlyList<ExtentVersion>> replicas) =>
        replicas.SelectMany(versions => versions).Select(version => version.Generation).DefaultIfEmpty().Max();

    /// <summary>The highest flush number of any extent.</summary>
    public static ulong HighestFlush(IEnumerable<IReadOnlyList<ExtentVersion>> replicas) =>
        replicas.SelectMany(versions => versions).Select(version => version.FlushNumber).DefaultIfEmpty().Max();

    /// <summary>
    /// The one replica of three that has never been flushed or written while both others have, or null. Every flush was acknowledged by two of the
    /// three, so by both others: they may serve without it, and a volume with a new replica opens as fast as one without.
    /// </summary>
    public static int? Latecomer(IReadOnlyList<IReadOnlyList<ExtentVersion>> replicas)
    {
        var blank = Enumerable.Range(0, replicas.Count).Where(i => replicas[i].All(version => version == default)).ToList();
        return replicas.Count == Protocol.ReplicaCount && blank is [var only] ? only : null;
    }

    /// <summary>
    /// The extents to repair, in order: those that differ, and those dirty anywhere, because two replicas that are dirty
    /// alike may still hold different unflushed writes. Nothing is copied to a latecomer.
    /// </summary>
    public static IReadOnlyList<ExtentDifference> Plan(IReadOnlyList<IReadOnlyList<ExtentVersion>> replicas, int? latecomer = null)
    {
        var plan = new List<ExtentDifference>();
        for (var extent = 0; extent < replicas[0].Count; extent++)
        {
            var versions = replicas.Select(versions => versions[extent]).ToArray();
            var source = Array.IndexOf(versions, versions.Max());
            var destinations = Enumerable.Range(0, versions.Length)
                .Where(i => i != source && i != latecomer && (versions[source].Dirty || versions[i] != versions[source])).ToList();
            if (destinations.Count > 0)
                plan.Add(new ExtentDifference((uint)extent, source, destinations));
        }

        return plan;
    }
}
