namespace Propolis.Bench.Crucible;

/// <summary>What a workload achieved.</summary>
/// <param name="Latencies">Of every request.</param>
/// <param name="Elapsed">All of its time.</param>
/// <param name="Allocated">Bytes allocated by this process meanwhile.</param>
sealed record WorkloadResult(Latencies Latencies, TimeSpan Elapsed, long Allocated)
{
    /// <summary>Requests a second.</summary>
    public double Rate => Latencies.Count / Elapsed.TotalSeconds;
}
