using System.Text.Json;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Serialization;

namespace Propolis.Silo.Sleds;

/// <summary>Speaks to agents over HTTP.</summary>
/// <param name="http">A client without a time limit of its own.</param>
/// <param name="time">The clock.</param>
public sealed class HttpSledClient(HttpClient http, TimeProvider time) : ISledClient
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // An agent answers a removal when the process has ended.
    static readonly TimeSpan RemoveLimit = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public Task<VmmReply> EnsureAsync(string address, InstanceId instance, long incarnation, VmmEnsureRequest request) =>
        SendAsync<VmmReply>(HttpMethod.Put, address, AgentRoutes.Vmm(instance, incarnation), request, Limit);

    /// <inheritdoc/>
    public Task<VmmReply> SetStateAsync(string address, InstanceId instance, long incarnation, VmmStateRequest request) =>
        SendAsync<VmmReply>(HttpMethod.Put, address, AgentRoutes.VmmState(instance, incarnation), request, Limit);

    /// <inheritdoc/>
    public Task<VmmReply> RemoveAsync(string address, InstanceId instance, long incarnation) =>
        SendAsync<VmmReply>(HttpMethod.Delete, address, AgentRoutes.Vmm(instance, incarnation), null, RemoveLimit);

    async Task<T> SendAsync<T>(HttpMethod method, string address, string path, object? body, TimeSpan limit)
        where T : class
    {
        var uri = address.TrimEnd('/') + path;
        using var deadline = new CancellationTokenSource(limit, time);
        try
        {
            using var request = new HttpRequestMessage(method, uri) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: PropolisJson.Options) };
            using var answer = await http.SendAsync(request, deadline.Token);
            if (!answer.IsSuccessStatusCode)
                throw new SledCallException($"{method} {uri} was answered with status {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(deadline.Token)}");
            return await answer.Content.ReadFromJsonAsync<T>(PropolisJson.Options, deadline.Token)
                ?? throw new SledCallException($"{method} {uri} was answered with null");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or JsonException or UriFormatException or InvalidOperationException)
        {
            throw new SledCallException(e is OperationCanceledException ? $"{method} {uri} was not answered in {limit.TotalSeconds:0} s" : $"{method} {uri} failed: {e.Message}", e);
        }
    }
}
