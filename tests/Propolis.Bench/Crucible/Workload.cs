using Propolis.Crucible.Volumes;

namespace Propolis.Bench.Crucible;

/// <summary>Requests of one kind and size at random places, some of them under way at any time.</summary>
/// <param name="IsWrite">Write rather than read.</param>
/// <param name="Bytes">Bytes of a request.</param>
/// <param name="Depth">Requests under way.</param>
sealed record Workload(bool IsWrite, int Bytes, int Depth)
{
    /// <summary>As in "write 4K, depth 8".</summary>
    public string Name => $"{(IsWrite ? "write" : "read")} {(Bytes >= 1 << 20 ? $"{Bytes >> 20}M" : $"{Bytes >> 10}K")}, depth {Depth}";

    /// <summary>Runs it for a while; the time includes the flush that makes writes durable.</summary>
    public async Task<WorkloadResult> RunAsync(IVolume volume, TimeSpan duration, int seed)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var allocated = GC.GetTotalAllocatedBytes();
        var lanes = Enumerable.Range(0, Depth).Select(lane => Task.Run(() => RunLaneAsync(volume, started, duration, new Random(seed + lane)))).ToList();
        var latencies = new Latencies();
        foreach (var lane in lanes)
            latencies.Add(await lane);
        if (IsWrite)
            await volume.FlushAsync();
        return new WorkloadResult(latencies, clock.GetElapsedTime(started), GC.GetTotalAllocatedBytes() - allocated);
    }

    async Task<Latencies> RunLaneAsync(IVolume volume, long started, TimeSpan duration, Random random)
    {
        var latencies = new Latencies();
        var buffer = new byte[Bytes];
        random.NextBytes(buffer);
        var (clock, places) = (TimeProvider.System, (long)volume.BlockCount * volume.BlockSize / Bytes);
        while (clock.GetElapsedTime(started) < duration)
        {
            var block = (ulong)(random.NextInt64(places) * (Bytes / volume.BlockSize));
            var began = clock.GetTimestamp();
            await (IsWrite ? volume.WriteAsync(block, buffer) : volume.ReadAsync(block, buffer));
            latencies.Add(clock.GetTimestamp() - began);
        }

        return latencies;
    }
}
