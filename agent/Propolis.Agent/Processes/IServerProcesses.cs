using Propolis.Agent.Vmms;

namespace Propolis.Agent.Processes;

/// <summary>Starts and finds the processes of VMMs.</summary>
interface IServerProcesses
{
    /// <summary>A port of the sled's range that nothing listens on.</summary>
    /// <param name="taken">Ports that are given out already.</param>
    /// <exception cref="AgentException">There is none.</exception>
    int ChoosePort(IReadOnlySet<int> taken);

    /// <summary>Starts propolis-server so that it outlives the agent.</summary>
    /// <exception cref="AgentException">It cannot be started.</exception>
    IServerProcess Start(ServerStart start);

    /// <summary>The process of a record, if it still runs: by its identity, or, when the agent ended before it wrote that, by its environment.</summary>
    IServerProcess? Find(VmmRecord record, string folder);
}
