using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Propolis.Agent.Processes;

/// <summary>Starts programs that outlive the agent, each in a session of its own with its output in its folder, and finds them again by that folder.</summary>
static class DetachedProcess
{
    // Replaces itself twice: the pid that is returned is the program's. "setsid" leaves the agent's session and process group.
    const string Detach = "log=$1; shift; exec setsid \"$0\" \"$@\" </dev/null >>\"$log\" 2>&1";

    /// <summary>Starts a program in a folder, which is also its mark.</summary>
    /// <exception cref="AgentException">It cannot be started.</exception>
    public static HostProcess Start(string name, string program, string folder, string logFile, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo("/bin/sh")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            ArgumentList = { "-c", Detach, program, logFile },
            Environment = { [ServerCommandRules.MarkVariable] = folder },
        };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        try
        {
            var child = Process.Start(info) ?? throw new AgentException($"{program} did not start");
            return HostProcess.OfChild(child, Identify(child.Id), name);
        }
        catch (Win32Exception failure)
        {
            throw new AgentException($"{program} did not start: {failure.Message}", failure);
        }
    }

    /// <summary>The process of a folder, if it still runs: by its identity, or, when the agent ended before it wrote that, by its mark.</summary>
    public static HostProcess? Find(string name, ProcessIdentity? known, string folder, TimeProvider time)
    {
        if (known is { } identity)
            return HostProcess.IsAlive(identity) ? HostProcess.OfStranger(identity, name, time) : null;
        return FindByMark(folder) is { } pid ? HostProcess.OfStranger(Identify(pid), name, time) : null;
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
}
