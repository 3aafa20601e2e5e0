using System.Net;

namespace Propolis.Crucible.Downstairs;

/// <summary>How a downstairs behaves. The defaults are the original's.</summary>
public sealed record DownstairsOptions
{
    /// <summary>Where its repair HTTP server can be reached; told to every upstairs.</summary>
    public required IPEndPoint RepairAddress { get; init; }

    /// <summary>A connection that says nothing for this long is closed.</summary>
    public TimeSpan InactivityLimit { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Postpone a quarter of the ready jobs.</summary>
    public bool Lossy { get; init; }

    /// <summary>Fail a quarter of the reads with a reported error, then try them again.</summary>
    public bool ReadErrors { get; init; }

    /// <summary>The same for writes.</summary>
    public bool WriteErrors { get; init; }

    /// <summary>The same for flushes.</summary>
    public bool FlushErrors { get; init; }

    /// <summary>Chooses which jobs suffer.</summary>
    public Random Random { get; init; } = new(1);
}
