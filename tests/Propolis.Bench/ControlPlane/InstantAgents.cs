using System.Collections.Concurrent;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Silo.Sleds;

namespace Propolis.Bench.ControlPlane;

/// <summary>Agents of simulated sleds: whatever is asked has happened at once.</summary>
sealed class InstantAgents : ISledClient
{
    readonly ConcurrentDictionary<(InstanceId, long), long> _sequences = [];

    public Task<VmmReply> EnsureAsync(string address, InstanceId instance, long incarnation, VmmEnsureRequest request) => Reply(instance, incarnation, VmmState.Running);

    public Task<VmmReply> SetStateAsync(string address, InstanceId instance, long incarnation, VmmStateRequest request) => Reply(instance, incarnation, VmmState.Stopped);

    public Task<VmmReply> RemoveAsync(string address, InstanceId instance, long incarnation) => Reply(instance, incarnation, VmmState.Absent);

    public Task<VmmReply> MigrateAsync(string address, InstanceId instance, long incarnation, VmmMigrateRequest request) => Reply(instance, incarnation, VmmState.Migrating);

    public Task<VmmReply> StopMigrationAsync(string address, InstanceId instance, long incarnation) => Reply(instance, incarnation, VmmState.Running);

    public Task<bool> HasGuestAsync(string server, InstanceId instance) => Task.FromResult(true);

    Task<VmmReply> Reply(InstanceId instance, long incarnation, VmmState state)
    {
        var sequence = _sequences.AddOrUpdate((instance, incarnation), 1, (_, last) => last + 1);
        var status = new VmmStatus { Instance = instance, Incarnation = incarnation, State = state, Sequence = sequence };
        return Task.FromResult(new VmmReply { Outcome = VmmOutcome.Done, Status = status });
    }
}
