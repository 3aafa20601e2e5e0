namespace Propolis.Server;

/// <summary>Levels of the log as the command line calls them; the original's words, and .NET's.</summary>
static class LogLevelWords
{
    static readonly Dictionary<string, LogLevel> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["trace"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["warn"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
        ["critical"] = LogLevel.Critical,
    };

    /// <summary>The words.</summary>
    public static IEnumerable<string> All => Words.Keys;

    /// <summary>The level that a word means; <paramref name="onError"/> hears of one that means none.</summary>
    public static LogLevel Of(string word, Action<string> onError)
    {
        if (Words.TryGetValue(word, out var level) || Enum.TryParse(word, ignoreCase: true, out level)) return level;
        onError($"--log-level is '{word}'; it must be one of {string.Join(", ", All)}.");
        return LogLevel.Information;
    }
}
