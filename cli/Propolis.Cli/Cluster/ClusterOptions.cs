using System.CommandLine;

namespace Propolis.Cli.Cluster;

/// <summary>Options that several commands of a cluster share.</summary>
static class ClusterOptions
{
    /// <summary>The project that is meant when none is named.</summary>
    public const string UsualProject = "default";

    /// <summary>The project that names are looked for in.</summary>
    public static Option<string> Project() => new("--project")
    {
        Description = "the project (the variable PROPOLIS_PROJECT says it, too)",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PROPOLIS_PROJECT") is { Length: > 0 } name ? name : UsualProject,
    };

    /// <summary>Why.</summary>
    public static Option<string?> Reason() => new("--reason") { Description = "why, for the events" };

    /// <summary>Names the operation.</summary>
    public static Option<string?> Key() => new("--key") { Description = "names the operation: typed again with the same key, it is carried out once" };

    /// <summary>How long to wait.</summary>
    public static Option<TimeSpan> Timeout(string usual) => new("--timeout")
    {
        Description = $"how long to wait: 30s, 5m, 1h or seconds; {usual} when absent",
        CustomParser = result => Durations.TryParse(result.Tokens[0].Value, out var time) ? time : Wrong(result),
        DefaultValueFactory = _ => Durations.TryParse(usual, out var time) ? time : TimeSpan.Zero,
    };

    static TimeSpan Wrong(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--timeout is '{result.Tokens[0].Value}'; it must be a time such as 30s, 5m or 1h");
        return TimeSpan.Zero;
    }
}
