using System.Net;
using Propolis.Bench.Reports;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Volumes;
using Propolis.Crucible.Wire;

namespace Propolis.Bench.Crucible;

/// <summary>Our upstairs against three of our downstairs on loopback.</summary>
sealed class CrucibleBench(CrucibleBenchOptions options, Action<string> say)
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    static readonly Workload[] Workloads =
    [
        new(true, 4 << 10, 1), new(true, 4 << 10, 8), new(true, 4 << 10, 32), new(true, 128 << 10, 8),
        new(true, 1 << 20, 1), new(true, 1 << 20, 4), new(true, 1 << 20, 8), new(true, 1 << 20, 32),
        new(false, 4 << 10, 1), new(false, 4 << 10, 8), new(false, 4 << 10, 32), new(false, 128 << 10, 8),
        new(false, 1 << 20, 1), new(false, 1 << 20, 4), new(false, 1 << 20, 8), new(false, 1 << 20, 32),
    ];

    readonly RegionDefinition _definition = new(4096, 16384, (uint)(options.Mebibytes / 64), Guid.Empty, false);
    ulong _generation;

    /// <summary>Fills the region, runs every workload, then repairs.</summary>
    public async Task<IReadOnlyList<BenchTable>> RunAsync()
    {
        await using var replicas = new Replicas(Path.Combine(options.Folder, $"crucible-{Environment.ProcessId}"), _definition);
        for (var i = 0; i < 3; i++)
            await replicas.StartAsync(i);
        var requests = await RunWorkloadsAsync(replicas);
        return options.SkipRepair ? [requests] : [requests, await RepairAsync(replicas)];
    }

    async Task<BenchTable> RunWorkloadsAsync(Replicas replicas)
    {
        var table = new BenchTable(
            "Requests (4 KiB blocks, random places, three replicas; times in microseconds)",
            "workload", "IOPS", "MiB/s", "p50", "p99", "CPU us", "bytes allocated", "original IOPS", "p50 ", "p99 ", "ratio");
        await using var volume = Open(replicas);
        await volume.ActivateAsync(CancellationToken.None).WaitAsync(Limit);
        await FillAsync(volume);
        foreach (var workload in Workloads.Where(workload => workload.Name.Contains(options.Only, StringComparison.Ordinal)))
        {
            say($"{workload.Name} ...");
            await workload.RunAsync(volume, TimeSpan.FromMilliseconds(500), options.Seed + 1000).WaitAsync(Limit);
            var before = ProcessorTime(replicas);
            var result = await workload.RunAsync(volume, options.Duration, options.Seed).WaitAsync(Limit);
            Add(table, workload, result, ProcessorTime(replicas) - before);
        }

        await volume.DeactivateAsync(CancellationToken.None).WaitAsync(Limit);
        return table;
    }

    static TimeSpan ProcessorTime(Replicas replicas) => Environment.CpuUsage.TotalTime + replicas.ProcessorTime;

    static void Add(BenchTable table, Workload workload, WorkloadResult result, TimeSpan processor)
    {
        var (count, original) = (result.Latencies.Count, Original.Of(workload));
        table.Add(
            workload.Name, result.Rate, result.Rate * workload.Bytes / (1 << 20), result.Latencies.Quantile(0.5), result.Latencies.Quantile(0.99),
            processor.TotalMicroseconds / count, (double)result.Allocated / count,
            original?.Rate, original?.P50, original?.P99, original is { } known ? result.Rate / known.Rate : null);
    }

    // A replica that missed everything is made equal before the volume opens; an empty one is filled beside running IO, as is one that takes another's place.
    async Task<BenchTable> RepairAsync(Replicas replicas)
    {
        var table = new BenchTable($"Bringing a replica up to date ({options.Mebibytes} MiB of data)", "way", "seconds", "MiB/s");
        say("reconciliation ...");
        await MissAsync(replicas, 2);
        await using (var volume = Open(replicas))
        {
            var seconds = await TimeAsync(() => volume.ActivateAsync(CancellationToken.None));
            table.Add("reconciliation of one that missed everything", seconds, options.Mebibytes / seconds);
            await volume.DeactivateAsync(CancellationToken.None).WaitAsync(Limit);
        }

        say("opening beside an empty one ...");
        await replicas.WipeAsync(2);
        await replicas.StartAsync(2);
        await using (var volume = Open(replicas))
        {
            table.Add("opening beside an empty one", await TimeAsync(() => volume.ActivateAsync(CancellationToken.None)), null);
            await TimeAsync(() => WholeAsync(volume));
            await volume.DeactivateAsync(CancellationToken.None).WaitAsync(Limit);
        }

        say("live repair ...");
        await replicas.StartAsync(3);
        await using (var volume = Open(replicas))
        {
            await volume.ActivateAsync(CancellationToken.None).WaitAsync(Limit);
            var seconds = await TimeAsync(() => ReplaceAsync(volume, replicas[0], replicas[3]));
            table.Add("live repair of an idle volume", seconds, options.Mebibytes / seconds);
            await volume.DeactivateAsync(CancellationToken.None).WaitAsync(Limit);
        }

        return table;
    }

    static async Task ReplaceAsync(RegionSet volume, IPEndPoint old, IPEndPoint replacement)
    {
        var result = volume.Replace(old, replacement);
        if (result != ReplaceResult.Started)
            throw new InvalidOperationException($"the replacement answered {result}");
        await WholeAsync(volume);
    }

    static async Task WholeAsync(RegionSet volume)
    {
        while (volume.Replicas.Any(replica => replica.State != ReplicaState.Active))
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
    }

    // Everything is written again while a replica is away, for longer than it would be sent what it missed.
    async Task MissAsync(Replicas replicas, int index)
    {
        await using (var volume = Open(replicas))
        {
            await volume.ActivateAsync(CancellationToken.None).WaitAsync(Limit);
            await replicas.StopAsync(index);
            await FillAsync(volume);
            await volume.DeactivateAsync(CancellationToken.None).WaitAsync(Limit);
        }

        await replicas.StartAsync(index);
    }

    static async Task<double> TimeAsync(Func<Task> action)
    {
        var started = TimeProvider.System.GetTimestamp();
        await action().WaitAsync(Limit);
        return TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    async Task FillAsync(RegionSet volume)
    {
        say($"filling {options.Mebibytes} MiB ...");
        var data = new byte[1 << 20];
        new Random(options.Seed).NextBytes(data);
        for (var at = 0; at < options.Mebibytes; at++)
            await volume.WriteAsync((ulong)at * 256, data).WaitAsync(Limit);
        await volume.FlushAsync().WaitAsync(Limit);
    }

    RegionSet Open(Replicas replicas) => new(new RegionSetOptions
    {
        Upstairs = new UpstairsOptions
        {
            UpstairsId = new Guid(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            SessionId = new Guid((int)++_generation, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            Targets = [replicas[0], replicas[1], replicas[2]],
            BlockSize = (uint)_definition.BlockSize,
            BlocksPerExtent = _definition.ExtentSize,
            ExtentCount = _definition.ExtentCount,
        },
        Generation = _generation,
        Log = options.IsVerbose ? say : _ => { },
    });
}
