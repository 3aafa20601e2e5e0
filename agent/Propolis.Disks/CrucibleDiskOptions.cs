using Propolis.Crucible.Volumes;

namespace Propolis.Disks;

/// <summary>What a Crucible disk needs beside its volume construction request.</summary>
public sealed record CrucibleDiskOptions
{
    /// <summary>How messages call the disk.</summary>
    public required string Name { get; init; }

    /// <summary>The guest cannot write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Flushes of the guest are answered without doing them.</summary>
    public bool SkipFlush { get; init; }

    /// <summary>Whom to ask, after a refused promotion, whether the generation is still the newest; null believes it is and keeps trying.</summary>
    public ILeaseOwner? LeaseOwner { get; init; }

    /// <summary>Called once, on a thread of its own, with a sentence, when another session has taken the volume over: the guest must not run on.</summary>
    public Action<string> Fenced { get; init; } = _ => { };

    /// <summary>Lines for the operator.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long the guest has its disk to itself before a read-only parent is copied in.</summary>
    public TimeSpan ScrubDelay { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The wait between two pieces of that copy.</summary>
    public TimeSpan ScrubPause { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>How often a start that waits says for whom.</summary>
    public TimeSpan WaitNotice { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the last flush may take when the disk is closed.</summary>
    public TimeSpan CloseLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Changes what region sets are made with; for tests.</summary>
    public Func<RegionSetOptions, RegionSetOptions> Adjust { get; init; } = options => options;
}
