using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Volumes;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Disks.Tests;

/// <summary>A busy machine's disk while its downstairs go and come.</summary>
public sealed class LosingReplicasTests
{
    [Fact]
    public async Task A_busy_disk_survives_losing_one_replica_and_after_its_repair_another()
    {
        await using var disk = new CrucibleDisk();
        await disk.Downs.StartAllAsync();
        using var memory = new TestMemory();
        using var backend = disk.Open(disk.Request(1), o => o with
        {
            Adjust = set => set with { Upstairs = set.Upstairs with { ReconnectDelay = TimeSpan.FromMilliseconds(100), MaxOfflineJobs = 200 } },
        });
        await backend.StartAsync(CancellationToken.None).WaitAsync(Waiting.Limit);
        var set = (RegionSet)backend.Volume;
        foreach (var victim in new[] { 0, 1 })
        {
            var storm = new RequestStorm(backend, memory, rounds: 40);
            var over = storm.Start();
            await Waiting.Until(() => storm.Done > 200, () => $"{storm.Done}");
            await disk.Downs.StopAsync(victim);
            await over.WaitAsync(Waiting.Limit);
            Assert.True(storm.Wrong == 0, $"while losing {victim}: {string.Join("; ", storm.Failures)}{disk.Everything()}");
            await disk.Downs.StartAsync(victim);
            await Waiting.Until(() => set.Replicas.All(r => r.State == ReplicaState.Active), () => string.Join("; ", set.Replicas) + disk.Everything());
        }

        await disk.Downs.StopAsync(2);
        var last = new RequestStorm(backend, memory, rounds: 2);
        await last.Start().WaitAsync(Waiting.Limit);
        Assert.True(last.Wrong == 0, string.Join("; ", last.Failures));
    }
}
