using System.Net;
using System.Text.Json;
using Propolis.Silo.Rest;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Rest;

[Collection(RestHost.Collection)]
public sealed class EventEndpointsTests
{
    readonly RestHost _host;

    public EventEndpointsTests(RestHost host) => _host = host.Fresh();

    [Fact]
    public async Task The_list_starts_behind_a_number()
    {
        for (var number = 1; number <= 5; number++)
            _host.Index.Happen(Views.Event(number));
        var (_, page) = await _host.SendAsync(HttpMethod.Get, "/v1/events?after=3");

        Assert.Equal([4, 5], page.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("sequence").GetInt32()));
        Assert.Equal((1, 5), (page.GetProperty("oldest").GetInt32(), page.GetProperty("newest").GetInt32()));
        Assert.Equal("alice", page.GetProperty("events")[0].GetProperty("actor").GetString());
    }

    [Fact]
    public async Task The_stream_goes_on_with_what_happens()
    {
        _host.Index.Happen(Views.Event(1));
        await using var stream = await OpenAsync("/v1/events/stream?after=0");
        Assert.Equal(1, (await stream.NextAsync()).Id);
        _host.Index.Happen(Views.Event(2));
        var (id, kind, data) = await stream.NextAsync();
        Assert.Equal((2, "instance"), (id, kind));
        Assert.Equal("because", data.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_reader_resumes_behind_the_last_event_it_has()
    {
        for (var number = 1; number <= 9; number++)
            _host.Index.Happen(Views.Event(number));
        await using var stream = await OpenAsync("/v1/events/stream", "7");
        Assert.Equal(8, (await stream.NextAsync()).Id);
        Assert.Equal(9, (await stream.NextAsync()).Id);
    }

    [Fact]
    public async Task A_reader_that_names_no_number_gets_only_what_is_new()
    {
        _host.Index.Happen(Views.Event(1));
        await using var stream = await OpenAsync("/v1/events/stream");
        _host.Index.Happen(Views.Event(2));
        Assert.Equal(2, (await stream.NextAsync()).Id);
    }

    [Fact]
    public async Task A_reader_that_was_away_too_long_is_told()
    {
        _host.Index.Oldest = 50;
        _host.Index.Happen(Views.Event(50));
        await using var stream = await OpenAsync("/v1/events/stream", "7");
        var (_, kind, data) = await stream.NextAsync();
        Assert.Equal(("gap", 50), (kind, data.GetProperty("oldest").GetInt32()));
        Assert.Equal(50, (await stream.NextAsync()).Id);
    }

    [Fact]
    public async Task A_filtered_stream_shows_only_its_subject()
    {
        await using var stream = await OpenAsync("/v1/events/stream?after=0&subject=inst-b");
        _host.Index.Happen(Views.Event(1, "inst-a"));
        _host.Index.Happen(Views.Event(2, "inst-b"));
        Assert.Equal(2, (await stream.NextAsync()).Id);
    }

    [Theory]
    [InlineData("/v1/events?after=-1", null)]
    [InlineData("/v1/events?limit=5000", null)]
    [InlineData("/v1/events/stream", "seven")]
    public async Task Wrong_numbers_are_400(string path, string? last)
    {
        (string, string)[] headers = last is null ? [] : [("Last-Event-ID", last)];
        await _host.RefusedAsync(HttpStatusCode.BadRequest, "invalid", HttpMethod.Get, path, null, headers);
    }

    [Theory]
    [InlineData(0, 50, false)]
    [InlineData(49, 50, false)]
    [InlineData(48, 50, true)]
    public void A_gap_is_what_lies_between_reader_and_oldest(long after, long oldest, bool expected) =>
        Assert.Equal(expected, EventStream.HasGap(after, new EventPage { Events = [], Oldest = oldest, Newest = oldest }));

    async Task<EventReader> OpenAsync(string path, string? last = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        var response = await _host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    sealed class EventReader(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
    {
        public async Task<(long? Id, string Kind, JsonElement Data)> NextAsync()
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            var (id, kind, data) = ((long?)null, "", "");
            while (await reader.ReadLineAsync(deadline.Token) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                    id = long.Parse(line[4..], System.Globalization.CultureInfo.InvariantCulture);
                else if (line.StartsWith("event: ", StringComparison.Ordinal))
                    kind = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    data = line[6..];
                else if (line.Length == 0 && data.Length > 0)
                    return (id, kind, JsonDocument.Parse(data).RootElement);
            }
            throw new EndOfStreamException();
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
