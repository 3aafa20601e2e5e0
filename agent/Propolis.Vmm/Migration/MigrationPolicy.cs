namespace Propolis.Vmm.Migration;

/// <summary>How the memory of a running guest is copied.</summary>
public sealed record MigrationPolicy
{
    /// <summary>How long the guest may stand still.</summary>
    public TimeSpan DowntimeBudget { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Part of the budget that is not memory: pausing, state, the decision.</summary>
    public TimeSpan FixedDowntime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Passes over memory while the guest runs.</summary>
    public int MaxPasses { get; init; } = 30;

    /// <summary>What to do when they are over.</summary>
    public StuckPolicy WhenStuck { get; init; } = StuckPolicy.BestEffort;

    /// <summary>How far vCPUs may be slowed down, percent; 0 leaves them alone.</summary>
    public int MaxThrottlePercent { get; init; } = 95;

    /// <summary>Bytes a second while the guest runs; null for all that the network takes.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Pages are compressed (LZ4) where that makes them smaller.</summary>
    public bool Compress { get; init; }
}
