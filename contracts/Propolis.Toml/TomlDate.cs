namespace Propolis.Toml;

/// <summary>A day of the Gregorian calendar as RFC 3339 writes it. Unlike <see cref="DateOnly"/> it knows the year 0.</summary>
/// <param name="Year">0 to 9999.</param>
/// <param name="Month">1 to 12.</param>
/// <param name="Day">1 to the length of the month in that year.</param>
public readonly record struct TomlDate(int Year, int Month, int Day)
{
    /// <summary>The day in the form of RFC 3339.</summary>
    public override string ToString() => $"{Year:D4}-{Month:D2}-{Day:D2}";

    /// <summary>How many days a month has; 0 for a month that does not exist.</summary>
    internal static int DaysIn(int year, int month) => month switch
    {
        2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        >= 1 and <= 12 => 31,
        _ => 0,
    };
}
