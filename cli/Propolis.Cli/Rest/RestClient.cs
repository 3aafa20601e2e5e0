using System.Net.Http.Headers;
using System.Text.Json;
using Propolis.Contracts.Serialization;

namespace Propolis.Cli.Rest;

/// <summary>A thin client of a REST interface that speaks <see cref="PropolisJson"/>. Every refusal and every broken connection becomes a <see cref="CliException"/> with one sentence.</summary>
sealed class RestClient : IDisposable
{
    /// <summary>The version of propolis-server's interface that this program speaks.</summary>
    public const string ApiVersion = "5.0.0";

    /// <summary>How long an answer may take, unless a call may wait for ever.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    readonly HttpClient _http;
    readonly Action<string> _log;

    /// <summary>A client of the server at <paramref name="server"/>; <paramref name="log"/> is told of each request.</summary>
    public RestClient(Uri server, Action<string> log)
    {
        _log = log;
        _http = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Add("api-version", ApiVersion);
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>Where it speaks to.</summary>
    public Uri Server => _http.BaseAddress!;

    /// <summary>GET with an answer.</summary>
    public Task<T> GetAsync<T>(string path, CancellationToken stop) => SendAsync<T>(HttpMethod.Get, path, null, AnswerLimit, stop);

    /// <summary>PUT with an answer.</summary>
    public Task<T> PutAsync<T>(string path, object body, CancellationToken stop) => SendAsync<T>(HttpMethod.Put, path, body, AnswerLimit, stop);

    /// <summary>Any request with an answer; a limit of <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</summary>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, TimeSpan limit, CancellationToken stop)
    {
        using var response = await SendAsync(method, path, body, limit, stop);
        var text = await response.Content.ReadAsStringAsync(stop);
        try
        {
            return JsonSerializer.Deserialize<T>(text, PropolisJson.Options) ?? throw new JsonException("it is null");
        }
        catch (JsonException wrong)
        {
            throw new CliException($"The answer of {Server} to {method} {path} is not understood: {wrong.Message}", cause: wrong);
        }
    }

    /// <summary>Any request; the answer's body is left to the caller.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body, TimeSpan limit, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), PropolisJson.Options)) { Headers = { ContentType = new("application/json") } };
        return await SendAsync(request, limit, stop);
    }

    /// <summary>Any request as it is, with headers of the caller's.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(limit);
        _log($"{request.Method} {new Uri(Server, request.RequestUri!)}");
        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            if (response.IsSuccessStatusCode) return response;
            using (response) throw new CliException(RestErrors.Sentence(response.StatusCode, await response.Content.ReadAsStringAsync(deadline.Token)));
        }
        catch (HttpRequestException broken)
        {
            throw new CliException($"No answer from {Server}: {broken.Message}", cause: broken);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CliException($"No answer from {Server} to {request.Method} {request.RequestUri} within {limit.TotalSeconds:0} s.");
        }
    }

    /// <summary>Lets go of connections.</summary>
    public void Dispose() => _http.Dispose();
}
