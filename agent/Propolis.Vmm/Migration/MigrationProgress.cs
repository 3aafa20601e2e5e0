namespace Propolis.Vmm.Migration;

/// <summary>A moment of a migration, told to whoever watches; figures of a phase that has not come yet are zero.</summary>
public sealed record MigrationProgress
{
    /// <summary>Where it is.</summary>
    public MigrationPhase Phase { get; init; }

    /// <summary>Pass over memory, from 1; the last one is sent while the guest is paused.</summary>
    public int Pass { get; init; }

    /// <summary>Bytes put on the wire so far.</summary>
    public long WireBytes { get; init; }

    /// <summary>Pages sent so far, those sent again included, without zero pages.</summary>
    public long Pages { get; init; }

    /// <summary>Pages of zeroes that cost nothing.</summary>
    public long ZeroPages { get; init; }

    /// <summary>Pages of this pass at its start.</summary>
    public long DirtyPages { get; init; }

    /// <summary>Pages that the guest changes in a second.</summary>
    public double DirtyPagesPerSecond { get; init; }

    /// <summary>Bytes of memory that are still to be sent, as far as is known.</summary>
    public long RemainingBytes { get; init; }

    /// <summary>Bytes of memory that go over in a second.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>How long the guest would stand still if it were paused now.</summary>
    public TimeSpan ProjectedDowntime { get; init; }

    /// <summary>How much the vCPUs are slowed down, 0 to 99 percent.</summary>
    public int ThrottlePercent { get; init; }

    /// <summary>
    /// How long the guest stood still; null before it runs on the target. Each side measures it by monotonic clocks alone, and each by at most one trip over the network too long,
    /// never too short. The source: from its request to pause until it hears that the guest runs. The target: what the source says passed between that request and the target's word
    /// that all pages are there, and what passes here since that word was sent.
    /// </summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>From the first connection until the guest ran on the target; null before.</summary>
    public TimeSpan? Total { get; init; }

    /// <summary>One sentence where there is something to say (best effort after the last pass, the decision cannot be reached).</summary>
    public string? Note { get; init; }
}
