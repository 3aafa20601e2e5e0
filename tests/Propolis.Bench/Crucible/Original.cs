namespace Propolis.Bench.Crucible;

/// <summary>
/// What the original achieved: 4 cores, loopback, three downstairs on one disk, 4 KiB blocks, unencrypted, 512 MiB, 6 s a row,
/// the final flush within the totals, the latency of a write that of its early acknowledgement.
/// </summary>
static class Original
{
    static readonly Dictionary<string, (double Rate, double P50, double P99)> Figures = new()
    {
        ["write 4K, depth 1"] = (18947, 17, 334),
        ["write 4K, depth 8"] = (19733, 46, 7540),
        ["write 4K, depth 32"] = (21574, 517, 14174),
        ["write 128K, depth 8"] = (2064, 2219, 17960),
        ["write 1M, depth 4"] = (296, 9042, 48363),
        ["read 4K, depth 1"] = (14471, 55, 225),
        ["read 4K, depth 8"] = (22624, 281, 1253),
        ["read 4K, depth 32"] = (23002, 1114, 4737),
        ["read 128K, depth 8"] = (3954, 1601, 8254),
        ["read 1M, depth 4"] = (857, 4147, 13880),
    };

    /// <summary>Requests a second and microseconds of a workload, where they are known.</summary>
    public static (double Rate, double P50, double P99)? Of(Workload workload) =>
        Figures.TryGetValue(workload.Name, out var found) ? found : null;
}
