using System.Collections.Concurrent;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Tests.Hosting;

/// <summary>Speaks to paper agents by their addresses.</summary>
sealed class PaperAgents : ISledClient
{
    readonly ConcurrentDictionary<string, PaperAgent> _agents = [];

    /// <summary>An agent that listens at its name.</summary>
    public PaperAgent Add(string name) => _agents.GetOrAdd(AddressOf(name), _ => new PaperAgent(name));

    /// <summary>Where an agent listens.</summary>
    public static string AddressOf(string name) => $"http://{name}";

    /// <summary>The agents on which a guest runs.</summary>
    public IEnumerable<PaperAgent> With(InstanceId instance) => _agents.Values.Where(agent => agent.Running.Contains(instance));

    public Task<VmmReply> EnsureAsync(string address, InstanceId instance, long incarnation, VmmEnsureRequest request) => At(address, agent => agent.Ensure(instance, incarnation));

    public Task<VmmReply> SetStateAsync(string address, InstanceId instance, long incarnation, VmmStateRequest request) => At(address, agent => agent.Stop(instance, incarnation));

    public Task<VmmReply> RemoveAsync(string address, InstanceId instance, long incarnation) => At(address, agent => agent.Remove(instance, incarnation));

    public Task<VmmReply> MigrateAsync(string address, InstanceId instance, long incarnation, VmmMigrateRequest request) => throw new SledCallException("guests on paper do not move");

    public Task<VmmReply> StopMigrationAsync(string address, InstanceId instance, long incarnation) => throw new SledCallException("guests on paper do not move");

    public Task<bool> HasGuestAsync(string server, InstanceId instance) => Task.FromResult(false);

    async Task<VmmReply> At(string address, Func<PaperAgent, VmmReply> command)
    {
        await Task.Yield();
        return _agents.TryGetValue(address, out var agent) ? command(agent) : throw new SledCallException($"nobody listens at {address}");
    }
}
