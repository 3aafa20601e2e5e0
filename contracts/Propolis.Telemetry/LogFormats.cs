using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Propolis.Telemetry;

/// <summary>Chooses and sets up the format of log lines, which go to standard error.</summary>
public static class LogFormats
{
    /// <summary>The environment variable that chooses: <c>text</c> or <c>json</c>.</summary>
    public const string Variable = "PROPOLIS_LOG_FORMAT";

    /// <summary>What the environment asks for; text when it says nothing.</summary>
    /// <param name="read">Reads an environment variable.</param>
    /// <exception cref="FormatException">It asks for something unknown.</exception>
    public static LogFormat FromEnvironment(Func<string, string?> read) => read(Variable) switch
    {
        null or "" or "text" => LogFormat.Text,
        "json" => LogFormat.Json,
        var other => throw new FormatException($"{Variable} is \"{other}\"; it must be text or json"),
    };

    /// <summary>Logs to standard error in a format, and nowhere else.</summary>
    /// <param name="logging">The program's logging.</param>
    /// <param name="format">The format.</param>
    public static ILoggingBuilder UsePropolisLogs(this ILoggingBuilder logging, LogFormat format)
    {
        logging.ClearProviders();
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("System.Net.Http", LogLevel.Warning);
        if (format == LogFormat.Json)
            logging.AddJsonConsole(options => (options.IncludeScopes, options.UseUtcTimestamp, options.TimestampFormat) = (true, true, "O"));
        else
            logging.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                options.ColorBehavior = LoggerColorBehavior.Disabled;
            });
        return logging.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
