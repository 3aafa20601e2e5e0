using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Results;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Rest;

/// <summary><c>/v1/events</c>: everything that happened, by number.</summary>
public static class EventEndpoints
{
    /// <summary>Maps them.</summary>
    /// <param name="routes">The routes of <c>/v1</c>.</param>
    public static IEndpointRouteBuilder MapEvents(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/events").WithTags("events");
        group.MapGet("/", ListAsync).WithName("event_list").WithSummary("list events, in the order of their numbers");
        group.MapGet("/stream", StreamAsync).WithName("event_stream")
            .WithSummary("events as they happen (server-sent events); id is the number, event the kind, data the event as JSON; \"gap\" says that older ones are kept no more")
            .Produces<string>(contentType: EventStream.ContentType);
        return routes;
    }

    static async Task<Ok<EventList>> ListAsync(
        IClusterIndex index,
        CancellationToken cancel,
        [Description("only behind this number")] long after = 0,
        [Description("entries in the page, 1 to 1000; 100 when absent")] int? limit = null,
        [Description("only about this: an id")] string? subject = null,
        [Description("only of this project")] string? project = null)
    {
        var page = await index.EventsAsync(new() { After = CheckAfter(after), Limit = ListQuery.CheckedLimit(limit), Subject = subject, Project = project }, cancel);
        return TypedResults.Ok(new EventList { Events = page.Events, Oldest = page.Oldest, Newest = page.Newest });
    }

    static async Task StreamAsync(
        HttpContext context,
        IClusterIndex index,
        [FromHeader(Name = RestHeaders.LastEventId), Description("the last number that the reader has; as after")] string? lastEventId = null,
        [Description("from behind this number; from now on when absent")] long? after = null,
        [Description("only about this: an id")] string? subject = null,
        [Description("only of this project")] string? project = null)
    {
        var start = lastEventId is null ? after : ReadNumber(lastEventId);
        var query = new EventQuery { After = start is { } number ? CheckAfter(number) : await EventStream.NewestAsync(index, context.RequestAborted), Subject = subject, Project = project };
        await new EventStream(index, context.Response).RunAsync(query, context.RequestAborted);
    }

    static long ReadNumber(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new RefusedException(RefusalCode.Invalid, $"{RestHeaders.LastEventId} is \"{text}\"; it must be the number of an event");

    static long CheckAfter(long after) => after >= 0 ? after : throw new RefusedException(RefusalCode.Invalid, $"after is {after}; it must be the number of an event, or 0");
}
