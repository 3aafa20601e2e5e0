using System.Net;
using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;

namespace Propolis.Agent.Servers;

/// <summary>One propolis-server over HTTP.</summary>
/// <param name="http">Shared by all servers; without a time limit of its own, since state is waited for.</param>
/// <param name="root">Where the server listens.</param>
/// <param name="time">The clock.</param>
sealed class ServerApi(HttpClient http, Uri root, TimeProvider time) : IServerApi
{
    /// <summary>The version spoken.</summary>
    public const string Version = "5.0.0";

    const string VersionHeader = "api-version";

    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    // The server holds a wait for as long as nothing changes; asking again now and then finds a peer that is gone without a word.
    static readonly TimeSpan WatchLimit = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public async Task<InstanceState?> StateAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, "/instance", null, AnswerLimit, cancellation);
        if (answer.StatusCode == HttpStatusCode.FailedDependency)
            return null;
        return (await ReadAsync<InstanceGetResponse>(answer, cancellation)).Instance.State;
    }

    /// <inheritdoc/>
    public async Task EnsureAsync(InstanceEnsureRequest request, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Put, "/instance", JsonContent.Create(request, options: PropolisJson.Options), AnswerLimit, cancellation);
        await RefuseAsync(answer, cancellation);
    }

    /// <inheritdoc/>
    public async Task PutStateAsync(InstanceStateRequested requested, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Put, "/instance/state", JsonContent.Create(requested, options: PropolisJson.Options), AnswerLimit, cancellation);
        await RefuseAsync(answer, cancellation);
    }

    /// <inheritdoc/>
    public async Task<bool> PressPowerButtonAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"/instance/power-button?timeout_seconds={Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds))}", null, AnswerLimit, cancellation);
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
            return false;
        await RefuseAsync(answer, cancellation);
        return true;
    }

    /// <inheritdoc/>
    public async Task<InstanceOutcome?> OutcomeAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, "/instance/outcome", null, AnswerLimit, cancellation);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : (await ReadAsync<InstanceOutcomeResponse>(answer, cancellation)).Outcome;
    }

    /// <inheritdoc/>
    public async Task<VolumeStatus> VolumeAsync(string backend, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"/instance/disk/{Uri.EscapeDataString(backend)}/status", null, AnswerLimit, cancellation);
        return await ReadAsync<VolumeStatus>(answer, cancellation);
    }

    /// <inheritdoc/>
    public async Task<ReplaceResult> ReplaceAsync(string backend, InstanceVCRReplace request, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Put, $"/instance/disk/{Uri.EscapeDataString(backend)}/vcr", JsonContent.Create(request, options: PropolisJson.Options), AnswerLimit, cancellation);
        return await ReadAsync<ReplaceResult>(answer, cancellation);
    }

    /// <inheritdoc/>
    public async Task SnapshotAsync(string backend, Guid snapshot, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"/instance/disk/{Uri.EscapeDataString(backend)}/snapshot/{snapshot:D}", null, AnswerLimit, cancellation);
        await RefuseAsync(answer, cancellation);
    }

    /// <inheritdoc/>
    public async Task<string> ReceiveAsync(MigrationReceiveRequest request, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Put, "/migration/target", JsonContent.Create(request, options: PropolisJson.Options), AnswerLimit, cancellation);
        return (await ReadAsync<MigrationReceiveResponse>(answer, cancellation)).Address;
    }

    /// <inheritdoc/>
    public async Task SendAsync(MigrationSendRequest request, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Put, "/migration/source", JsonContent.Create(request, options: PropolisJson.Options), AnswerLimit, cancellation);
        await RefuseAsync(answer, cancellation);
    }

    /// <inheritdoc/>
    public async Task<MigrationStatus?> MigrationAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, "/migration?gen=0", null, AnswerLimit, cancellation);
        return answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.FailedDependency ? null : await ReadAsync<MigrationStatus>(answer, cancellation);
    }

    /// <inheritdoc/>
    public async Task DecideAsync(MigrationDecisionRequest request, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Put, "/migration/decision", JsonContent.Create(request, options: PropolisJson.Options), AnswerLimit, cancellation);
        await RefuseAsync(answer, cancellation);
    }

    /// <inheritdoc/>
    public async Task CancelMigrationAsync(string reason, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Delete, $"/migration?reason={Uri.EscapeDataString(reason)}", null, AnswerLimit, cancellation);
        if (answer.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.NotFound or HttpStatusCode.FailedDependency))
            await RefuseAsync(answer, cancellation);
    }

    /// <inheritdoc/>
    public async Task<InstanceStateMonitorResponse> MonitorAsync(ulong generation, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var body = JsonContent.Create(new InstanceStateMonitorRequest { Gen = generation }, options: PropolisJson.Options);
                using var answer = await SendAsync(HttpMethod.Get, "/instance/state-monitor", body, WatchLimit, cancellation);
                return await ReadAsync<InstanceStateMonitorResponse>(answer, cancellation);
            }
            catch (TimeoutException)
            {
                // Nothing changed: ask again.
            }
        }
    }

    async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, TimeSpan limit, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(root, path)) { Content = body };
        request.Headers.Add(VersionHeader, Version);
        using var deadline = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await http.SendAsync(request, both.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"propolis-server at {root} did not answer {method} {path} within {limit.TotalSeconds} s");
        }
    }

    static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellation)
    {
        await RefuseAsync(answer, cancellation);
        return await answer.Content.ReadFromJsonAsync<T>(PropolisJson.Options, cancellation) ?? throw new HttpRequestException($"propolis-server answered {typeof(T).Name} with null");
    }

    static async Task RefuseAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        throw new ServerRefusedException(answer.StatusCode, SentenceOf(text) ?? $"propolis-server answered with status {(int)answer.StatusCode}");
    }

    static string? SentenceOf(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ServerError>(text, PropolisJson.Options)?.Message;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
