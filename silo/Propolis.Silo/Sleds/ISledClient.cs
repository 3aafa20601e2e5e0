using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;

namespace Propolis.Silo.Sleds;

/// <summary>
/// Speaks to agents (<see cref="AgentRoutes"/>). Every call has a deadline; a call that ends in <see cref="SledCallException"/> may have been
/// obeyed.
/// </summary>
public interface ISledClient
{
    /// <summary>Makes and runs a VMM.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    /// <param name="request">What.</param>
    Task<VmmReply> EnsureAsync(string address, InstanceId instance, long incarnation, VmmEnsureRequest request);

    /// <summary>Stops or reboots a VMM.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    /// <param name="request">What.</param>
    Task<VmmReply> SetStateAsync(string address, InstanceId instance, long incarnation, VmmStateRequest request);

    /// <summary>Ends and forgets a VMM and all older ones of the instance.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    Task<VmmReply> RemoveAsync(string address, InstanceId instance, long incarnation);

    /// <summary>Lets a VMM send its guest to a target that waits.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    /// <param name="request">Where to and how.</param>
    Task<VmmReply> MigrateAsync(string address, InstanceId instance, long incarnation, VmmMigrateRequest request);

    /// <summary>Lets a VMM stop sending; its guest stays.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    Task<VmmReply> StopMigrationAsync(string address, InstanceId instance, long incarnation);

    /// <summary>Asks a VMM's own server, beside its agent, whether it still has the guest. Never throws: no answer is none.</summary>
    /// <param name="server">Where the server listens, IP:PORT.</param>
    /// <param name="instance">Whose guest.</param>
    /// <returns>Whether the server answers for this instance, and its guest runs. One that was never started by its agent has none.</returns>
    Task<bool> HasGuestAsync(string server, InstanceId instance);
}
