using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
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

    // Replaces itself twice: the pid that is returned is the server's. "setsid" leaves the agent's session and process group.
    const string Detach = "exec setsid \"$0\" \"$@\" </dev/null >>" + LogFile + " 2>&1";

    /// <inheritdoc/>
    public int ChoosePort(IReadOnlySet<int> taken) =>
        ports.Choose(taken, IsFree) ?? throw new AgentException($"all ports {ports} of this sled are taken; give the agent a larger range (--ports)");

    /// <inheritdoc/>
    public IServerProcess Start(ServerStart start)
    {
        var info = new ProcessStartInfo("/bin/sh")
        {
            WorkingDirectory = start.Folder,
            UseShellExecute = false,
            ArgumentList = { "-c", Detach, program },
            Environment = { [ServerCommandRules.MarkVariable] = start.Folder },
        };
        foreach (var argument in ServerCommandRules.Arguments(start, host.ToString()))
            info.ArgumentList.Add(argument);
        try
        {
            var child = Process.Start(info) ?? throw new AgentException($"{program} did not start");
            return HostProcess.OfChild(child, Identify(child.Id));
        }
        catch (Win32Exception failure)
        {
            throw new AgentException($"{program} did not start: {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public IServerProcess? Find(VmmRecord record, string folder)
    {
        if (record.Process is { } identity)
            return HostProcess.IsAlive(identity) ? HostProcess.OfStranger(identity, time) : null;
        return FindByMark(folder) is { } pid ? HostProcess.OfStranger(Identify(pid), time) : null;
    }

    // A process that is gone already has the start time 0, which no other has: it counts as ended.
    static ProcessIdentity Identify(int pid) => new() { Pid = pid, StartTicks = ProcStat.Of(pid)?.StartTicks ?? 0, BootId = HostBoot.Id };

    static int? FindByMark(string folder)
    {
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) && HasMark(path, folder) && ProcStat.Of(pid) is { IsDead: false })
                return pid;
        }
        return null;
    }

    static bool HasMark(string path, string folder)
    {
        try
        {
            return ServerCommandRules.HasMark(File.ReadAllBytes(Path.Combine(path, "environ")), folder);
        }
        catch (Exception others) when (others is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    bool IsFree(int port)
    {
        using var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(host, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
