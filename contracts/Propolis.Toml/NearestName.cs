namespace Propolis.Toml;

/// <summary>Guesses which known name a mistyped one stands for.</summary>
public static class NearestName
{
    /// <summary>
    /// The known name with the fewest slips (a character too many, too few, wrong, or two swapped), or null when even that one needs more
    /// than a third of its characters changed. Of equals the first wins. Letter case does not count.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        var nearest = known.MinBy(candidate => Slips(name, candidate));
        return nearest is not null && Slips(name, nearest) <= Math.Max(1, nearest.Length / 3) ? nearest : null;
    }

    /// <summary>What to write behind "is unknown": the nearest name, or all of them.</summary>
    public static string Advice(string name, IReadOnlyCollection<string> known) =>
        Find(name, known) is { } nearest ? $"perhaps {nearest} is meant"
        : known.Count > 0 ? $"known are {string.Join(", ", known)}"
        : "there are none";

    /// <summary>The optimal string alignment distance, in rows of the usual table.</summary>
    static int Slips(string written, string known)
    {
        var (a, b) = (written.ToLowerInvariant(), known.ToLowerInvariant());
        if (Math.Abs(a.Length - b.Length) > b.Length)
            return int.MaxValue;
        var beforeLast = new int[b.Length + 1];
        var last = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }
            (beforeLast, last) = (last, row);
        }
        return last[b.Length];
    }
}
