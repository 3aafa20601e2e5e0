using Propolis.Contracts.Instances;

namespace Propolis.Cli.Cluster;

/// <summary>Waits until an instance is what it should be.</summary>
sealed class InstanceWait(SiloClient client, TimeProvider time)
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);

    /// <summary>Waits; an instance that can no longer get there, or not in time, is an error that says why.</summary>
    public async Task<InstanceView?> ForAsync(InstanceView instance, InstancePhase wanted, TimeSpan limit, CancellationToken stop)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var now = await client.FindAsync<InstanceView>($"/v1/instances/{instance.Id}", stop);
            if (now is null || now.Phase == InstancePhase.Deleted)
                return wanted == InstancePhase.Deleted ? now : throw new CliException($"{instance.Name} is deleted, and will not be {Words.Of(wanted)}.");
            if (now.Phase == wanted) return now;
            if (wanted == InstancePhase.Running && now.Phase == InstancePhase.Failed)
                throw new CliException($"{instance.Name} failed: {now.Reason ?? "nobody says why"}");
            if (time.GetElapsedTime(since) >= limit)
                throw new CliException($"{instance.Name} is {Words.Of(now.Phase)} after {Durations.Show(limit)}, not {Words.Of(wanted)}{(now.Reason is { } why ? $": {why}" : "")}");
            await Task.Delay(LookEvery, time, stop);
        }
    }
}
