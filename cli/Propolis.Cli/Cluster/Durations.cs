using System.Globalization;

namespace Propolis.Cli.Cluster;

/// <summary>Times as people type and read them.</summary>
static class Durations
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>Reads 30s, 5m, 1h, 2d, 500ms, or seconds alone.</summary>
    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        var digits = text.TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.').Count();
        if (!double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        var unit = text[digits..] switch { "ms" => 0.001, "" or "s" => 1, "m" => 60, "h" => 3600, "d" => 86400, _ => 0.0 };
        if (unit == 0 || number * unit > Longest.TotalSeconds) return false;
        time = TimeSpan.FromSeconds(number * unit);
        return true;
    }

    /// <summary>How long ago, in its largest unit: 5s, 3m, 2h, 9d.</summary>
    public static string Show(TimeSpan time) => time switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalMinutes: < 1 } => $"{time.TotalSeconds:0}s",
        { TotalHours: < 1 } => $"{Math.Floor(time.TotalMinutes):0}m",
        { TotalDays: < 1 } => $"{Math.Floor(time.TotalHours):0}h",
        _ => $"{Math.Floor(time.TotalDays):0}d",
    };
}
