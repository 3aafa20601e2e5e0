using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Propolis.Telemetry.Tests;

/// <summary>One small program with everything in it, asked over HTTP.</summary>
public sealed class TelemetryTests : IAsyncLifetime
{
    readonly Meter _meter = new("Propolis.Tests");
    readonly HttpClient _client = new();
    bool _isReady = true;
    WebApplication _program = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddPropolisTelemetry("propolis-test");
        builder.Services.AddHealthChecks().AddCheck(
            "storage",
            () => _isReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the database does not answer"),
            [HealthRoutes.ReadyTag]);
        _program = builder.Build();
        _program.MapHealthAndMetrics();
        _program.MapGet("/context", () => Activity.Current?.TraceId.ToString() ?? "none");
        _program.MapGet("/forward", async (HttpRequest request) =>
        {
            using var onward = new HttpClient();
            return await onward.GetStringAsync(new Uri($"http://{request.Host}/context"));
        });
        await _program.StartAsync();
        _client.BaseAddress = new Uri(_program.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _meter.Dispose();
        await _program.DisposeAsync();
    }

    [Fact]
    public async Task A_live_program_is_ready_while_its_checks_pass()
    {
        Assert.Equal("healthy", (await HealthAsync(HealthRoutes.Live, HttpStatusCode.OK)).GetProperty("status").GetString());
        var ready = await HealthAsync(HealthRoutes.Ready, HttpStatusCode.OK);
        Assert.Equal("healthy", ready.GetProperty("checks").GetProperty("storage").GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_failing_check_ends_readiness_with_its_reason_and_leaves_liveness()
    {
        _isReady = false;
        var ready = await HealthAsync(HealthRoutes.Ready, HttpStatusCode.ServiceUnavailable);
        Assert.Equal("the database does not answer", ready.GetProperty("checks").GetProperty("storage").GetProperty("reason").GetString());
        await HealthAsync(HealthRoutes.Live, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Metrics_are_text_and_hold_our_meters()
    {
        _meter.CreateCounter<long>("propolis.tests.things").Add(3);
        var text = await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("propolis_tests_things_total", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_goes_on_through_requests_that_the_program_makes()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/forward");
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        using var answer = await _client.SendAsync(request);
        Assert.Equal(Trace, await answer.Content.ReadAsStringAsync());
    }

    async Task<JsonElement> HealthAsync(string path, HttpStatusCode expected)
    {
        using var answer = await _client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(expected, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }
}
