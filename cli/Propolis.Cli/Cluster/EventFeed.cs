using System.Globalization;
using System.Text.Json;
using Propolis.Contracts.Events;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Serialization;

namespace Propolis.Cli.Cluster;

/// <summary>Reads the cluster's events in the order of their numbers, each once.</summary>
sealed class EventFeed(SiloClient client, TimeProvider time, string? subject, string? project)
{
    const int PageLength = 1000;

    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The number behind which the last so many events are, of all subjects and projects.</summary>
    public async Task<long> BehindLastAsync(int count, CancellationToken stop) =>
        Math.Max(0, (await PageAsync(long.MaxValue, 1, stop)).Newest - count);

    /// <summary>Shows what there is behind a number, and returns the last number shown.</summary>
    public async Task<long> ListAsync(long after, Func<ClusterEvent, Task> show, CancellationToken stop)
    {
        while (true)
        {
            var page = await PageAsync(after, PageLength, stop);
            foreach (var one in page.Events) await show(one);
            if (page.Events.Count > 0) after = page.Events[^1].Sequence;
            if (page.Events.Count < PageLength) return after;
        }
    }

    /// <summary>Shows what happens behind a number until stopped; connects again when the connection or the silo ends.</summary>
    public async Task FollowAsync(long after, Func<ClusterEvent, Task> show, Func<string, Task> remark, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                using var response = await client.OpenAsync(
                    SiloClient.WithQuery("/v1/events/stream", ("subject", subject), ("project", project)),
                    [(RestHeaders.LastEventId, after.ToString(CultureInfo.InvariantCulture))],
                    stop);
                using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
                while (await ReadAsync(reader, stop) is { } message)
                {
                    if (message.Kind == "gap") await remark("older events are kept no more; some are missing here.");
                    else if (JsonSerializer.Deserialize<ClusterEvent>(message.Data, PropolisJson.Options) is { } one)
                    {
                        await show(one);
                        after = one.Sequence;
                    }
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException)
            {
                await remark($"the connection to {client.Silo} ended ({broken.Message}); trying again.");
            }
            await Task.Delay(RetryAfter, time, stop);
        }
    }

    Task<EventList> PageAsync(long after, int limit, CancellationToken stop) => client.GetAsync<EventList>(
        SiloClient.WithQuery("/v1/events", ("after", after.ToString(CultureInfo.InvariantCulture)), ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("subject", subject), ("project", project)), stop);

    /// <summary>The next message of the stream; null at its end. Comments are skipped.</summary>
    static async Task<(string Kind, string Data)?> ReadAsync(StreamReader reader, CancellationToken stop)
    {
        var (kind, data) = ("message", "");
        while (await reader.ReadLineAsync(stop) is { } line)
        {
            if (line.Length == 0 && data.Length > 0) return (kind, data);
            if (line.StartsWith("event: ", StringComparison.Ordinal)) kind = line[7..];
            if (line.StartsWith("data: ", StringComparison.Ordinal)) data += line[6..];
        }
        return null;
    }
}
