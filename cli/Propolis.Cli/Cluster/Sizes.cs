using System.Globalization;

namespace Propolis.Cli.Cluster;

/// <summary>Sizes as people type and read them, in powers of 1024.</summary>
static class Sizes
{
    const string Units = "KMGTP";

    /// <summary>Reads 512M, 10G, 10GiB, or bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        var shift = 0;
        if (text.Length > digits)
        {
            var unit = Units.IndexOf(char.ToUpperInvariant(text[digits]), StringComparison.Ordinal);
            if (unit < 0 || text[(digits + 1)..] is not ("" or "iB")) return false;
            shift = 10 * (unit + 1);
        }
        if (number > long.MaxValue >> shift) return false;
        bytes = number << shift;
        return bytes > 0;
    }

    /// <summary>The size in the largest unit that leaves no rest: 10 GiB, 1536 MiB, 100 B.</summary>
    public static string Show(long bytes)
    {
        var unit = -1;
        while (bytes != 0 && bytes % 1024 == 0 && unit < Units.Length - 1) (bytes, unit) = (bytes / 1024, unit + 1);
        return unit < 0 ? $"{bytes} B" : $"{bytes} {Units[unit]}iB";
    }
}
