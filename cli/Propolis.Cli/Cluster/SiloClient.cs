using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Propolis.Cli.Rest;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Serialization;

namespace Propolis.Cli.Cluster;

/// <summary>
/// A thin client of a silo's REST interface. Each change has an operation key, so it is sent again when its answer is lost: it is carried out once. Every refusal becomes a
/// <see cref="CliException"/> with one sentence. A silo that does not answer is given up for the next, if several are known.
/// </summary>
sealed class SiloClient : IDisposable
{
    const int Attempts = 4;

    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(40);
    static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    readonly HttpClient _http;
    readonly SiloAddresses _silos;
    readonly TimeProvider _time;
    readonly Action<string> _log;

    /// <summary>A client of the cluster of <paramref name="silos"/> that acts for <paramref name="actor"/>; <paramref name="log"/> is told of each request.</summary>
    public SiloClient(SiloAddresses silos, string actor, TimeProvider time, Action<string> log)
    {
        (_silos, _time, _log) = (silos, time, log);
        _http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Add(RestHeaders.Actor, actor);
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>The silos that it speaks to.</summary>
    public SiloAddresses Silos => _silos;

    /// <summary>Where it speaks to now.</summary>
    public Uri Silo => _silos.Current;

    /// <summary>A new operation key.</summary>
    public static string NewKey() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>GET with an answer.</summary>
    public Task<T> GetAsync<T>(string path, CancellationToken stop) => ChangeAsync<T>(HttpMethod.Get, path, null, null, stop);

    /// <summary>GET with an answer, or null when there is no such thing.</summary>
    public async Task<T?> FindAsync<T>(string path, CancellationToken stop)
        where T : class
    {
        using var response = await AttemptAsync(HttpMethod.Get, path, null, null, stop);
        return response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone ? null : await ReadAsync<T>(response, stop);
    }

    /// <summary>All pages of a list, up to <paramref name="most"/> entries.</summary>
    public async Task<List<T>> ListAsync<T>(string path, int most, CancellationToken stop)
    {
        var all = new List<T>();
        string? token = null;
        do
        {
            var page = await GetAsync<Page<T>>(WithQuery(path, ("limit", Math.Min(1000, most - all.Count).ToString(System.Globalization.CultureInfo.InvariantCulture)), ("page", token)), stop);
            all.AddRange(page.Items);
            token = page.Next;
        }
        while (token is not null && all.Count < most);
        return all;
    }

    /// <summary>Any request with an answer; a <paramref name="key"/> of null makes one for a request that changes something.</summary>
    public async Task<T> ChangeAsync<T>(HttpMethod method, string path, object? body, string? key, CancellationToken stop)
    {
        using var response = await AttemptAsync(method, path, body, method == HttpMethod.Get ? null : key ?? NewKey(), stop);
        return await ReadAsync<T>(response, stop);
    }

    /// <summary>A stream that lasts; the caller reads and disposes it.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, (string Name, string Value)[] headers, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Silo, path));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        _log($"GET {request.RequestUri}");
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (HttpRequestException)
        {
            _silos.Next();
            throw;
        }
        return response.IsSuccessStatusCode ? response : throw await RefusalAsync(response, stop);
    }

    /// <summary>A path with those parts of a query that have a value.</summary>
    public static string WithQuery(string path, params (string Name, string? Value)[] query)
    {
        var parts = query.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}").ToArray();
        return parts.Length == 0 ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{string.Join('&', parts)}";
    }

    /// <summary>Lets go of connections.</summary>
    public void Dispose() => _http.Dispose();

    async Task<HttpResponseMessage> AttemptAsync(HttpMethod method, string path, object? body, string? key, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var response = await SendAsync(method, path, body, key, stop);
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable || attempt >= Math.Max(Attempts, _silos.Count)) return response;
                response.Dispose();
            }
            catch (Exception silent) when (silent is HttpRequestException or TimeoutException)
            {
                // Nobody listens, or nobody answers in time: only another silo can do better.
                var isAway = silent is TimeoutException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
                if (attempt >= (isAway ? _silos.Count : Math.Max(Attempts, _silos.Count))) throw new CliException($"No answer from {Silo}: {silent.Message}", cause: silent);
            }
            _silos.Next();
            if (attempt >= _silos.Count) await Task.Delay(RetryAfter * attempt, _time, stop);
        }
    }

    async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body, string? key, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, new Uri(Silo, path));
        if (body is not null) request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), PropolisJson.Options)) { Headers = { ContentType = new("application/json") } };
        if (key is not null) request.Headers.TryAddWithoutValidation(RestHeaders.IdempotencyKey, key);
        using var deadline = new CancellationTokenSource(AnswerLimit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        _log($"{method} {request.RequestUri}");
        try
        {
            return await _http.SendAsync(request, both.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came to {method} {path} within {AnswerLimit.TotalSeconds:0} s");
        }
    }

    async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken stop)
    {
        if (!response.IsSuccessStatusCode) throw await RefusalAsync(response, stop);
        var text = await response.Content.ReadAsStringAsync(stop);
        try
        {
            return JsonSerializer.Deserialize<T>(text, PropolisJson.Options) ?? throw new JsonException("it is null");
        }
        catch (JsonException wrong)
        {
            throw new CliException($"The answer of {Silo} is not understood: {wrong.Message}", cause: wrong);
        }
    }

    static async Task<CliException> RefusalAsync(HttpResponseMessage response, CancellationToken stop)
    {
        using (response) return new CliException(RestErrors.Sentence(response.StatusCode, await response.Content.ReadAsStringAsync(stop)));
    }
}
