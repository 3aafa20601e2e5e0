using System.Globalization;
using System.Text.RegularExpressions;

namespace Propolis.Toml;

/// <summary>
/// Reads the four kinds of date-times (TOML 1.0, "Offset Date-Time" to "Local Time"; RFC 3339 section 5.6). A 60th second is taken
/// wherever it is written: which days have one is not in the file.
/// </summary>
static partial class TomlDateTimeReader
{
    const string Date = "(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})";
    const string Time = @"(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(\.(?<fraction>[0-9]+))?";
    const string Offset = "(?<zulu>[Zz])|(?<sign>[+-])(?<offsetHour>[0-9]{2}):(?<offsetMinute>[0-9]{2})";

    [GeneratedRegex($@"\A({Date}([Tt ]{Time}({Offset})?)?|{Time})\z", RegexOptions.ExplicitCapture)]
    static partial Regex Syntax { get; }

    /// <summary>Whether a token starts as a date or a time does, which no number does.</summary>
    public static bool LooksLikeOne(string text) => text is [_, _, ':', ..] or [_, _, _, _, '-', ..] && text[..2].All(char.IsAsciiDigit);

    /// <summary>Whether a token is as long as a date, so that a time may follow behind a space.</summary>
    public static bool MayContinue(string text) => text.Length == "2006-01-02".Length && text[4] == '-';

    public static TomlDateTime Read(TomlToken token)
    {
        var match = Syntax.Match(token.Text);
        if (!match.Success)
            throw token.Fail("is no date or time; write 2006-01-02T15:04:05Z, 2006-01-02T15:04:05, 2006-01-02 or 15:04:05");
        return new TomlDateTime(ReadDate(token, match), ReadTime(token, match), ReadOffset(token, match), token.Position);
    }

    static TomlDate? ReadDate(TomlToken token, Match match)
    {
        if (Number(match, "year") is not { } year)
            return null;
        var date = new TomlDate(year, Number(match, "month") ?? 0, Number(match, "day") ?? 0);
        return date.Day >= 1 && date.Day <= TomlDate.DaysIn(date.Year, date.Month)
            ? date
            : throw token.Fail("names a day that the calendar does not have");
    }

    static TomlTimeOfDay? ReadTime(TomlToken token, Match match)
    {
        if (Number(match, "hour") is not { } hour)
            return null;
        var nanosecond = match.Groups["fraction"].Value.PadRight(9, '0')[..9];
        var time = new TomlTimeOfDay(hour, Number(match, "minute") ?? 0, Number(match, "second") ?? 0,
            int.Parse(nanosecond, CultureInfo.InvariantCulture));
        return time is { Hour: <= 23, Minute: <= 59, Second: <= 60 }
            ? time
            : throw token.Fail("names a time that the clock does not have; hours end at 23, minutes and seconds at 59");
    }

    static TimeSpan? ReadOffset(TomlToken token, Match match)
    {
        if (match.Groups["zulu"].Success)
            return TimeSpan.Zero;
        if (Number(match, "offsetHour") is not { } hour || Number(match, "offsetMinute") is not { } minute)
            return null;
        if (hour > 23 || minute > 59)
            throw token.Fail("has an offset that does not exist; it must be -23:59 to +23:59");
        var offset = new TimeSpan(hour, minute, 0);
        return match.Groups["sign"].Value == "-" ? -offset : offset;
    }

    static int? Number(Match match, string group) =>
        match.Groups[group] is { Success: true } found ? int.Parse(found.ValueSpan, CultureInfo.InvariantCulture) : null;
}
