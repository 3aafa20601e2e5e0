using System.Text.Json;
using Propolis.Contracts.Events;
using Propolis.Contracts.Serialization;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Rest;

/// <summary>Writes events to one reader as they happen, until it leaves. A reader that is slow gets them later: they wait in the database, not here.</summary>
/// <param name="index">The events.</param>
/// <param name="response">The reader.</param>
public sealed class EventStream(IClusterIndex index, HttpResponse response)
{
    /// <summary>The media type.</summary>
    public const string ContentType = "text/event-stream";

    // Proxies end connections on which nothing moves, often after 30 s or 60 s.
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>The last number given.</summary>
    /// <param name="index">The events.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async Task<long> NewestAsync(IClusterIndex index, CancellationToken cancel) =>
        (await index.EventsAsync(new() { After = long.MaxValue, Limit = 1 }, cancel)).Newest;

    /// <summary>Whether events behind a number are kept no more.</summary>
    /// <param name="after">The number.</param>
    /// <param name="page">The page behind it.</param>
    public static bool HasGap(long after, EventPage page) => after > 0 && page.Oldest > after + 1;

    /// <summary>Writes until cancelled.</summary>
    /// <param name="query">Which, and behind which number.</param>
    /// <param name="cancel">The reader has left.</param>
    public async Task RunAsync(EventQuery query, CancellationToken cancel)
    {
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-cache, no-transform";
        try
        {
            await response.WriteAsync(": events\n\n", cancel);
            var page = await index.EventsAsync(query with { Limit = 1 }, cancel);
            if (HasGap(query.After, page))
                await WriteAsync("gap", null, $"{{\"oldest\":{page.Oldest}}}", cancel);
            var after = query.After;
            while (true)
                after = await WriteNextAsync(query with { After = after, Limit = IndexQuery.LongestPage }, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    /// <summary>Writes a page and waits for more; returns where to go on.</summary>
    async Task<long> WriteNextAsync(EventQuery query, CancellationToken cancel)
    {
        // The newest number is asked for first, so that an event that comes while the page is read ends the wait below, also when filters hide the others.
        var newest = await NewestAsync(index, cancel);
        var page = await index.EventsAsync(query, cancel);
        foreach (var one in page.Events)
            await WriteAsync(Kind(one), one.Sequence, JsonSerializer.Serialize(one, PropolisJson.Options), cancel);
        await response.Body.FlushAsync(cancel);
        var after = page.Events.Count == 0 ? query.After : page.Events[^1].Sequence;
        if (page.Events.Count < query.Limit)
        {
            await index.WaitForEventsAsync(Math.Max(after, newest), Silence, cancel);
            await response.WriteAsync(":\n\n", cancel);
        }
        return after;
    }

    Task WriteAsync(string kind, long? id, string data, CancellationToken cancel) =>
        response.WriteAsync($"{(id is null ? "" : $"id: {id}\n")}event: {kind}\ndata: {data}\n\n", cancel);

    static string Kind(ClusterEvent one) => JsonNamingPolicy.SnakeCaseLower.ConvertName(one.Kind.ToString());
}
