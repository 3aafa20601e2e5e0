namespace Propolis.Standalone.Running;

/// <summary>What the command line asks for.</summary>
sealed record RunOptions
{
    /// <summary>The configuration, or with <see cref="Restore"/> the snapshot.</summary>
    public required string File { get; init; }

    /// <summary>An interrupt (Ctrl-C) takes a snapshot and then ends the machine.</summary>
    public bool SnapshotOnInterrupt { get; init; }

    /// <summary><see cref="File"/> is a snapshot.</summary>
    public bool Restore { get; init; }

    /// <summary>Join standard input and output to the first serial port.</summary>
    public bool Console { get; init; }

    /// <summary>Least level of what is written to standard error.</summary>
    public LogLevel Level { get; init; } = LogLevel.Info;
}
