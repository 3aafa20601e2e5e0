using System.Text.Json;
using System.Text.Json.Nodes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;

namespace Propolis.Silo.Sleds;

/// <summary>Speaks to agents over HTTP.</summary>
/// <param name="http">A client without a time limit of its own.</param>
/// <param name="time">The clock.</param>
public sealed class HttpSledClient(HttpClient http, TimeProvider time) : ISledClient, IRegionClient
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    // An agent answers a removal when the process has ended.
    static readonly TimeSpan RemoveLimit = TimeSpan.FromSeconds(15);

    // With the silence before it, it is decided in 20 s where a guest runs.
    static readonly TimeSpan GuestLimit = TimeSpan.FromSeconds(4);

    /// <inheritdoc/>
    public Task<VmmReply> EnsureAsync(string address, InstanceId instance, long incarnation, VmmEnsureRequest request) =>
        SendAsync<VmmReply>(HttpMethod.Put, address, AgentRoutes.Vmm(instance, incarnation), request, Limit);

    /// <inheritdoc/>
    public Task<VmmReply> SetStateAsync(string address, InstanceId instance, long incarnation, VmmStateRequest request) =>
        SendAsync<VmmReply>(HttpMethod.Put, address, AgentRoutes.VmmState(instance, incarnation), request, Limit);

    /// <inheritdoc/>
    public Task<VmmReply> RemoveAsync(string address, InstanceId instance, long incarnation) =>
        SendAsync<VmmReply>(HttpMethod.Delete, address, AgentRoutes.Vmm(instance, incarnation), null, RemoveLimit);

    /// <inheritdoc/>
    public Task<RegionReply> EnsureRegionAsync(string address, Guid region, RegionEnsureRequest request) =>
        SendAsync<RegionReply>(HttpMethod.Put, address, AgentRoutes.Region(region), request, Limit);

    /// <inheritdoc/>
    public Task<RegionReply> GetRegionAsync(string address, Guid region) =>
        SendAsync<RegionReply>(HttpMethod.Get, address, AgentRoutes.Region(region), null, Limit);

    /// <inheritdoc/>
    public Task<RegionReply> RemoveRegionAsync(string address, Guid region) =>
        SendAsync<RegionReply>(HttpMethod.Delete, address, AgentRoutes.Region(region), null, RemoveLimit);

    /// <inheritdoc/>
    public Task<SnapshotReply> TakeSnapshotAsync(string address, InstanceId instance, long incarnation, VolumeId volume, Guid snapshot) =>
        SendAsync<SnapshotReply>(HttpMethod.Post, address, AgentRoutes.VmmVolumeSnapshot(instance, incarnation, volume, snapshot), null, Limit);

    /// <inheritdoc/>
    public Task<SnapshotReply> RemoveSnapshotAsync(string address, Guid region, Guid snapshot) =>
        SendAsync<SnapshotReply>(HttpMethod.Delete, address, AgentRoutes.RegionSnapshot(region, snapshot), null, RemoveLimit);

    /// <inheritdoc/>
    public Task<VolumeStatus> VolumeStatusAsync(string address, InstanceId instance, long incarnation, VolumeId volume) =>
        SendAsync<VolumeStatus>(HttpMethod.Get, address, AgentRoutes.VmmVolume(instance, incarnation, volume), null, Limit);

    /// <inheritdoc/>
    public async Task<ReplaceResult> ReplaceTargetAsync(string address, InstanceId instance, long incarnation, VolumeId volume, InstanceVCRReplace request) =>
        (await SendAsync<JsonNode>(HttpMethod.Put, address, AgentRoutes.VmmVolumeRequest(instance, incarnation, volume), request, Limit))
            .Deserialize<ReplaceResult>(PropolisJson.Options);

    /// <inheritdoc/>
    public Task<VmmReply> MigrateAsync(string address, InstanceId instance, long incarnation, VmmMigrateRequest request) =>
        SendAsync<VmmReply>(HttpMethod.Put, address, AgentRoutes.VmmMigration(instance, incarnation), request, Limit);

    /// <inheritdoc/>
    public Task<VmmReply> StopMigrationAsync(string address, InstanceId instance, long incarnation) =>
        SendAsync<VmmReply>(HttpMethod.Delete, address, AgentRoutes.VmmMigration(instance, incarnation), null, Limit);

    /// <inheritdoc/>
    public async Task<bool> HasGuestAsync(string server, InstanceId instance)
    {
        try
        {
            var found = (await SendAsync<InstanceGetResponse>(HttpMethod.Get, $"http://{server}", "/instance", null, GuestLimit)).Instance;
            return IsOf(found.Properties, instance) && (found.State is InstanceState.Running or InstanceState.Rebooting or InstanceState.Migrating);
        }
        catch (SledCallException)
        {
            return false;
        }
    }

    // Agents name a VM by the UUID in the instance's id.
    static bool IsOf(InstanceProperties found, InstanceId instance) =>
        instance.Value.StartsWith(InstanceId.Prefix, StringComparison.Ordinal) && Guid.TryParse(instance.Value.AsSpan(InstanceId.Prefix.Length), out var id) && found.Id == id;

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
