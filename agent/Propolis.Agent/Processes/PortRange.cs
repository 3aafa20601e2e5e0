namespace Propolis.Agent.Processes;

/// <summary>The ports that propolis-servers of a sled may listen on.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last.</param>
readonly record struct PortRange(int First, int Last)
{
    /// <summary>Reads <c>FIRST-LAST</c>.</summary>
    /// <exception cref="FormatException">It is not of this form.</exception>
    public static PortRange Parse(string text)
    {
        var parts = text.Split('-');
        if (parts.Length == 2 && ushort.TryParse(parts[0], out var first) && ushort.TryParse(parts[1], out var last) && first > 0 && first <= last)
            return new PortRange(first, last);
        throw new FormatException($"\"{text}\" is no range of ports; it must be FIRST-LAST, such as 22010-22049");
    }

    /// <summary>The first port that is not taken and passes the test; null when none does.</summary>
    /// <param name="taken">Given out already.</param>
    /// <param name="isFree">Whether nothing listens there.</param>
    public int? Choose(IReadOnlySet<int> taken, Func<int, bool> isFree)
    {
        for (var port = First; port <= Last; port++)
        {
            if (!taken.Contains(port) && isFree(port))
                return port;
        }
        return null;
    }

    /// <summary>The last port that is not taken and passes the test; null when none does.</summary>
    /// <param name="taken">Given out already.</param>
    /// <param name="isFree">Whether nothing listens there.</param>
    public int? ChooseLast(IReadOnlySet<int> taken, Func<int, bool> isFree)
    {
        for (var port = Last; port >= First; port--)
        {
            if (!taken.Contains(port) && isFree(port))
                return port;
        }
        return null;
    }

    /// <summary>As it is written.</summary>
    public override string ToString() => $"{First}-{Last}";
}
