using System.Globalization;

namespace Propolis.Toml;

/// <summary>
/// A time of day as RFC 3339 writes it. Unlike <see cref="TimeOnly"/> it keeps nanoseconds and the 60th second of a leap second.
/// </summary>
/// <param name="Hour">0 to 23.</param>
/// <param name="Minute">0 to 59.</param>
/// <param name="Second">0 to 59, and 60 for a leap second.</param>
/// <param name="Nanosecond">0 to 999 999 999; further digits are cut off, not rounded, as TOML asks.</param>
public readonly record struct TomlTimeOfDay(int Hour, int Minute, int Second, int Nanosecond)
{
    /// <summary>The time in the form of RFC 3339, with as many digits of the second as it needs.</summary>
    public override string ToString()
    {
        var fraction = Nanosecond.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return $"{Hour:D2}:{Minute:D2}:{Second:D2}" + (fraction.Length == 0 ? "" : "." + fraction);
    }
}
