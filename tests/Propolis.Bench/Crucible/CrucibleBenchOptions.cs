namespace Propolis.Bench.Crucible;

/// <summary>How the Crucible bench runs.</summary>
sealed record CrucibleBenchOptions
{
    /// <summary>Where the regions are, and so which disk counts.</summary>
    public required string Folder { get; init; }

    /// <summary>Time of each workload.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Size of the volume.</summary>
    public required int Mebibytes { get; init; }

    /// <summary>Run only workloads whose names contain this.</summary>
    public string Only { get; init; } = "";

    /// <summary>Chooses places and data.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Leave reconciliation and live repair out.</summary>
    public bool SkipRepair { get; init; }

    /// <summary>Show what the upstairs logs.</summary>
    public bool IsVerbose { get; init; }
}
