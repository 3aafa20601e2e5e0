namespace Propolis.Vmm.Migration;

/// <summary>What the passes so far have taught.</summary>
public readonly record struct CopyState
{
    /// <summary>Bytes of memory that go over in a second; 0 before anything was measured.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Pages that the guest changes in a second.</summary>
    public double DirtyPagesPerSecond { get; init; }

    /// <summary>Pages to be sent next.</summary>
    public long DirtyPages { get; init; }

    /// <summary>How much the vCPUs are slowed down.</summary>
    public int ThrottlePercent { get; init; }

    /// <summary>Passes in a row that did not get much closer.</summary>
    public int StuckPasses { get; init; }
}
