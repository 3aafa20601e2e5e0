using System.Net.WebSockets;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Server;

namespace Propolis.Silo.Rest;

/// <summary>Reaches serial consoles of VMMs through their agents.</summary>
public interface ISerialDialer
{
    /// <summary>Joins a console.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    /// <param name="start">Where to start.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="Sleds.SledCallException">The agent or the VMM did not take it.</exception>
    Task<WebSocket> JoinAsync(string address, InstanceId instance, long incarnation, SerialStart start, CancellationToken cancel);

    /// <summary>What a console has sent.</summary>
    /// <param name="address">Where the agent listens.</param>
    /// <param name="instance">Whose.</param>
    /// <param name="incarnation">Which.</param>
    /// <param name="start">From where.</param>
    /// <param name="maxBytes">At most so many bytes; the server's own limit when absent.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="Sleds.SledCallException">The agent or the VMM did not answer.</exception>
    Task<InstanceSerialConsoleHistoryResponse> HistoryAsync(string address, InstanceId instance, long incarnation, SerialStart start, long? maxBytes, CancellationToken cancel);
}
