using System.Net;
using Propolis.Agent.Vmms;

namespace Propolis.Agent.Processes;

/// <summary>propolis-server processes on this machine: each in a session of its own with its output in its folder, so that nothing ends them with the agent.</summary>
/// <param name="program">The path of propolis-server.</param>
/// <param name="host">The address that servers listen on.</param>
/// <param name="ports">Their ports.</param>
/// <param name="time">The clock.</param>
sealed class HostProcesses(string program, IPAddress host, PortRange ports, TimeProvider time) : IServerProcesses
{
    /// <summary>A server's output, in the VMM's folder.</summary>
    public const string LogFile = "server.log";

    const string Name = "propolis-server";

    /// <inheritdoc/>
    public int ChoosePort(IReadOnlySet<int> taken) =>
        ports.Choose(taken, port => HostPorts.IsFree(host, port)) ?? throw new AgentException($"all ports {ports} of this sled are taken; give the agent a larger range (--ports)");

    /// <inheritdoc/>
    public IServerProcess Start(ServerStart start) => DetachedProcess.Start(Name, program, start.Folder, LogFile, ServerCommandRules.Arguments(start, host.ToString()));

    /// <inheritdoc/>
    public IServerProcess? Find(VmmRecord record, string folder) => DetachedProcess.Find(Name, record.Process, folder, time);
}
