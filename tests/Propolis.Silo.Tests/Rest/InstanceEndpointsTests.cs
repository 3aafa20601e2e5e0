using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Results;
using Propolis.Silo.Rest;

namespace Propolis.Silo.Tests.Rest;

[Collection(RestHost.Collection)]
public sealed class InstanceEndpointsTests
{
    readonly RestHost _host;

    public InstanceEndpointsTests(RestHost host) => _host = host.Fresh();

    [Fact]
    public async Task Creating_answers_201_with_the_instance_and_where_it_is()
    {
        var (response, body) = await _host.SendAsync(HttpMethod.Post, "/v1/instances", Views.Template("web"), ("X-Actor", "alice"));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var id = body.GetProperty("id").GetString()!;
        Assert.Equal($"/v1/instances/{id}", response.Headers.Location?.ToString());
        Assert.Equal("web", body.GetProperty("name").GetString());
        var asked = Assert.IsType<CreateInstance>(Assert.Single(_host.Grains.Asked).Request);
        Assert.Equal("alice", asked.Actor);
    }

    [Fact]
    public async Task Creating_again_with_the_same_key_asks_the_same_grain_with_the_same_operation()
    {
        var first = await _host.SendAsync(HttpMethod.Post, "/v1/instances", Views.Template("web"), ("Idempotency-Key", "k-1"));
        var second = await _host.SendAsync(HttpMethod.Post, "/v1/instances", Views.Template("web"), ("Idempotency-Key", "k-1"));

        Assert.Equal(first.Body.GetProperty("id").GetString(), second.Body.GetProperty("id").GetString());
        Assert.Equal(["k-1", "k-1"], _host.Grains.Asked.Select(one => ((CreateInstance)one.Request).OperationId));
    }

    [Fact]
    public async Task Creating_without_a_key_makes_another_each_time()
    {
        var first = await _host.SendAsync(HttpMethod.Post, "/v1/instances", Views.Template("web"));
        var second = await _host.SendAsync(HttpMethod.Post, "/v1/instances", Views.Template("web"));

        Assert.NotEqual(first.Body.GetProperty("id").GetString(), second.Body.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_reused_key_is_422()
    {
        _host.Grains.Refuse = (_, _) => new() { Code = RefusalCode.OperationReused, Detail = "k-1 was another command" };

        Assert.Equal("k-1 was another command", await _host.RefusedAsync(HttpStatusCode.UnprocessableEntity, "operation_reused", HttpMethod.Post, "/v1/instances", Views.Template("web"), ("Idempotency-Key", "k-1")));
    }

    [Theory]
    [InlineData("start", InstanceAction.Start)]
    [InlineData("stop", InstanceAction.Stop)]
    [InlineData("reboot", InstanceAction.Reboot)]
    [InlineData("relocate", InstanceAction.Relocate)]
    public async Task Commands_are_recorded_and_answered_202(string word, InstanceAction action)
    {
        _host.Grains.Instances["inst-a"] = Views.Instance("inst-a");

        var (response, body) = await _host.SendAsync(HttpMethod.Post, $"/v1/instances/inst-a/{word}", """{"reason": "maintenance"}""", ("X-Actor", "bob"), ("Idempotency-Key", "op-9"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("inst-a", body.GetProperty("id").GetString());
        Assert.Equal(new InstanceCommand { OperationId = "op-9", Actor = "bob", Action = action, Reason = "maintenance" }, Assert.Single(_host.Grains.Asked).Request);
    }

    [Fact]
    public async Task A_command_needs_no_body()
    {
        _host.Grains.Instances["inst-a"] = Views.Instance("inst-a");

        var (response, _) = await _host.SendAsync(HttpMethod.Post, "/v1/instances/inst-a/start");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("api", ((InstanceCommand)Assert.Single(_host.Grains.Asked).Request).Actor);
    }

    [Fact]
    public async Task Deleting_is_a_command_with_a_reason()
    {
        _host.Grains.Instances["inst-a"] = Views.Instance("inst-a");

        var (response, _) = await _host.SendAsync(HttpMethod.Delete, "/v1/instances/inst-a?reason=done");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal((InstanceAction.Delete, "done"), Assert.Single(_host.Grains.Asked).Request is InstanceCommand command ? (command.Action, command.Reason) : default);
    }

    [Fact]
    public async Task Editing_hands_over_what_is_there()
    {
        _host.Grains.Instances["inst-a"] = Views.Instance("inst-a");

        var (response, _) = await _host.SendAsync(HttpMethod.Patch, "/v1/instances/inst-a", """{"cpus": 4, "sled_loss": "never"}""", ("Idempotency-Key", "op-1"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(new EditInstance { OperationId = "op-1", Actor = "api", Cpus = 4, SledLoss = SledLossPolicy.Never }, Assert.Single(_host.Grains.Asked).Request);
    }

    [Fact]
    public async Task Editing_nothing_is_refused() =>
        Assert.Contains("changes nothing", await _host.RefusedAsync(HttpStatusCode.BadRequest, "invalid", HttpMethod.Patch, "/v1/instances/inst-a", "{}"), StringComparison.Ordinal);

    [Theory]
    [InlineData(RefusalCode.NotFound, HttpStatusCode.NotFound, "not_found")]
    [InlineData(RefusalCode.Conflict, HttpStatusCode.Conflict, "conflict")]
    [InlineData(RefusalCode.QuotaExceeded, HttpStatusCode.Forbidden, "quota_exceeded")]
    [InlineData(RefusalCode.NoPlace, HttpStatusCode.InsufficientStorage, "no_place")]
    [InlineData(RefusalCode.Gone, HttpStatusCode.Gone, "gone")]
    public async Task Refusals_are_problems_with_a_status_of_their_own(RefusalCode code, HttpStatusCode status, string word)
    {
        _host.Grains.Refuse = (_, _) => new() { Code = code, Detail = "because" };

        Assert.Equal("because", await _host.RefusedAsync(status, word, HttpMethod.Get, "/v1/instances/inst-a"));
    }

    [Fact]
    public void Every_refusal_has_a_status() =>
        Assert.All(Enum.GetValues<RefusalCode>(), code => Assert.InRange(Problems.StatusOf(code), 400, 507));

    [Theory]
    [InlineData("""{"project": "default", "name": "x", "colour": "red"}""")]
    [InlineData("""{"name": "x"}""")]
    [InlineData("""{"project": """)]
    [InlineData("""{"project": "a", "project": "b", "name": "x"}""")]
    [InlineData("[]")]
    public async Task Bodies_that_are_not_understood_are_400_and_reach_no_grain(string body)
    {
        await _host.RefusedAsync(HttpStatusCode.BadRequest, "invalid", HttpMethod.Post, "/v1/instances", body);
        Assert.Empty(_host.Grains.Asked);
    }

    [Fact]
    public async Task Unknown_members_deep_in_a_spec_are_named()
    {
        var body = """{"project": "a", "name": "x", "spec": {"board": {"cpus": 1, "memory_mb": 1, "chipset": {"type": "i440_fx", "value": {"enable_pcie": false}}}, "components": {}, "sound": 1}}""";
        Assert.Contains("sound", await _host.RefusedAsync(HttpStatusCode.BadRequest, "invalid", HttpMethod.Post, "/v1/instances", body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_beyond_the_limit_are_413()
    {
        var body = $$"""{"reason": "{{new string('x', RestApi.LargestBody)}}"}""";
        await _host.RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "too_large", HttpMethod.Post, "/v1/instances/inst-a/stop", body);
    }

    [Fact]
    public async Task Bodies_that_are_no_json_are_415()
    {
        using var content = new StringContent("name=x", Encoding.UTF8, new MediaTypeHeaderValue("text/plain"));
        using var response = await _host.Client.PostAsync(new Uri("/v1/instances", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("/v1/instances/vol-a")]
    [InlineData("/v1/instances/inst-UPPER")]
    [InlineData("/v1/instances?phase=flying")]
    [InlineData("/v1/instances?limit=0")]
    [InlineData("/v1/instances?limit=1001")]
    [InlineData("/v1/instances?limit=ten")]
    [InlineData("/v1/instances?page=abc")]
    [InlineData("/v1/instances?sled=inst-a")]
    public async Task Wrong_words_are_400(string path) => await _host.RefusedAsync(HttpStatusCode.BadRequest, "invalid", HttpMethod.Get, path);

    [Theory]
    [InlineData("/v1/instances?limit=ten", "Failed to bind parameter \"Nullable<int> Limit\" from \"ten\".")]
    [InlineData("/v1/instances?limit=", "Failed to bind parameter \"Nullable<int> Limit\" from \"\".")]
    [InlineData("/v1/events?after=x", "Failed to bind parameter \"long after\" from \"x\".")]
    [InlineData("/v1/instances/inst-a/serial/history?from_start=1&from_start=2", "Failed to bind parameter \"Nullable<long> fromStart\" from \"1,2\".")]
    public async Task Numbers_in_the_query_are_numbers(string path, string sentence) =>
        Assert.Equal(sentence, await _host.RefusedAsync(HttpStatusCode.BadRequest, "invalid", HttpMethod.Get, path));

    [Theory]
    [InlineData("Idempotency-Key", "two words")]
    [InlineData("X-Actor", "")]
    [InlineData("X-Actor", "a23456789b123456789c123456789d123456789e123456789f123456789g123456789")]
    public async Task Wrong_headers_are_400(string name, string value)
    {
        var detail = await _host.RefusedAsync(HttpStatusCode.BadRequest, "invalid", HttpMethod.Post, "/v1/instances/inst-a/start", null, (name, value));
        Assert.Contains(name, detail, StringComparison.Ordinal);
    }

    [Fact]
    public Task Unknown_paths_are_problems_too() => _host.RefusedAsync(HttpStatusCode.NotFound, "not_found", HttpMethod.Get, "/v1/clouds");

    [Fact]
    public Task Unknown_methods_are_problems_too() => _host.RefusedAsync(HttpStatusCode.MethodNotAllowed, "method_not_allowed", HttpMethod.Put, "/v1/instances");

    [Fact]
    public async Task A_silo_that_cannot_finish_says_503_and_when_to_try_again()
    {
        _host.Grains.Failure = new Contracts.Hosting.GrainCallException("inst-a did not answer");
        var (response, problem) = await _host.SendAsync(HttpMethod.Post, "/v1/instances/inst-a/stop");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("unavailable", problem.GetProperty("code").GetString());
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Errors_of_the_silo_itself_tell_nothing_of_its_inside()
    {
        _host.Grains.Failure = new InvalidOperationException("secret");
        Assert.DoesNotContain("secret", await _host.RefusedAsync(HttpStatusCode.InternalServerError, "internal", HttpMethod.Post, "/v1/instances/inst-a/stop"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_lead_through_the_whole_list()
    {
        _host.Index.Instances.AddRange(Enumerable.Range(0, 25).Select(number => Views.Instance($"inst-{number:00}")));
        var (seen, path) = (new List<string>(), "/v1/instances?limit=10");
        while (path is not null)
        {
            var (_, page) = await _host.SendAsync(HttpMethod.Get, path);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("id").GetString()!));
            path = page.TryGetProperty("next", out var next) ? $"/v1/instances?limit=10&page={next.GetString()}" : null;
        }
        Assert.Equal(_host.Index.Instances.Select(one => one.Id.Value), seen);
    }

    [Fact]
    public async Task Filters_reach_the_index()
    {
        await _host.SendAsync(HttpMethod.Get, "/v1/instances?project=p&name=n&sled=sled-1&phase=running");
        Assert.Equal(("p", "n", SledId.Make("sled-1"), "running"), (_host.Index.LastQuery!.Project, _host.Index.LastQuery.Name, _host.Index.LastQuery.Sled, _host.Index.LastQuery.Phase));
    }

    [Fact]
    public async Task Placement_says_where_and_why_not()
    {
        _host.Grains.Placements["inst-a"] = new() { Candidates = [SledId.Make("sled-1")], Refusals = [new() { Sled = SledId.Make("sled-2"), Reason = "it is full" }] };
        var (_, report) = await _host.SendAsync(HttpMethod.Get, "/v1/instances/inst-a/placement");
        Assert.Equal("it is full", report.GetProperty("refusals")[0].GetProperty("reason").GetString());
    }
}
