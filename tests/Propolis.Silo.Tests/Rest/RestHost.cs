using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Serialization;
using Propolis.Silo.Rest;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;
using Propolis.Telemetry;

namespace Propolis.Silo.Tests.Rest;

/// <summary>The REST interface on a free port, with grains, lists and consoles of the tests: one for all, made fresh for each.</summary>
public sealed class RestHost : IAsyncLifetime
{
    public const string Collection = "rest";

    WebApplication _app = null!;

    internal FakeGrains Grains { get; private set; } = new();

    internal FakeIndex Index { get; private set; } = new();

    internal FakeConsoles Consoles { get; private set; } = new();

    public HttpClient Client { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = RestApi.LargestBody;
        });
        builder.AddPropolisTelemetry("propolis-silo");
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddTransient<IGrains>(_ => Grains);
        builder.Services.AddTransient<IClusterIndex>(_ => Index);
        builder.Services.AddTransient<ISledDirectory>(_ => new IndexedSledDirectory(Index, TimeProvider.System));
        builder.Services.AddSiloRest();
        builder.Services.AddTransient<ISerialDialer>(_ => Consoles);
        _app = builder.Build();
        _app.MapSiloRest();
        _app.MapHealthAndMetrics();
        await _app.StartAsync();
        Client.BaseAddress = new(_app.Urls.Single());
    }

    public RestHost Fresh()
    {
        (Grains, Index, Consoles) = (new(), new(), new());
        return this;
    }

    public async Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = body is string text ? new StringContent(text, Encoding.UTF8, "application/json") : JsonContent.Create(body, options: PropolisJson.Options);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        // Asked first, the silo refuses a large body before anything is sent; otherwise it may hang up while this side still sends.
        request.Headers.ExpectContinue = body is string { Length: > 100_000 };
        var response = await Client.SendAsync(request);
        var content = await response.Content.ReadAsStringAsync();
        return (response, content.Length == 0 ? default : JsonDocument.Parse(content).RootElement);
    }

    public async Task<string> RefusedAsync(HttpStatusCode status, string code, HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        var (response, problem) = await SendAsync(method, path, body, headers);
        Assert.True(status == response.StatusCode, $"{response.StatusCode}: {problem}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        return problem.GetProperty("detail").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

[CollectionDefinition(RestHost.Collection)]
public sealed class RestCollection : ICollectionFixture<RestHost>;
