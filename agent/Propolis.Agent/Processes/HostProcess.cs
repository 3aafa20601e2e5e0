using System.ComponentModel;
using System.Diagnostics;

namespace Propolis.Agent.Processes;

/// <summary>A process of this machine, a child of this agent or of an earlier one.</summary>
sealed class HostProcess : IServerProcess
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    HostProcess(ProcessIdentity identity, Func<Task<string>> waitAsync)
    {
        Identity = identity;
        Ended = waitAsync();
    }

    /// <inheritdoc/>
    public ProcessIdentity Identity { get; }

    /// <inheritdoc/>
    public Task<string> Ended { get; }

    /// <summary>A process that this agent started.</summary>
    public static HostProcess OfChild(Process child, ProcessIdentity identity, string program) => new(identity, async () =>
    {
        using (child)
        {
            await child.WaitForExitAsync();
            return HowItEnded(program, child.ExitCode);
        }
    });

    /// <summary>A process that an earlier agent started: nobody tells when it ends, so it is looked at.</summary>
    public static HostProcess OfStranger(ProcessIdentity identity, string program, TimeProvider time) => new(identity, async () =>
    {
        while (IsAlive(identity))
            await Task.Delay(LookInterval, time);
        return $"its {program} ended";
    });

    /// <summary>Whether this very process runs.</summary>
    public static bool IsAlive(ProcessIdentity identity) =>
        identity.BootId == HostBoot.Id && ProcStat.Of(identity.Pid) is { IsDead: false } stat && stat.StartTicks == identity.StartTicks;

    /// <inheritdoc/>
    public ProcStat? Usage() => IsAlive(Identity) ? ProcStat.Of(Identity.Pid) : null;

    /// <inheritdoc/>
    public void Kill()
    {
        if (!IsAlive(Identity))
            return;
        try
        {
            using var process = Process.GetProcessById(Identity.Pid);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It ended by itself meanwhile; whoever waits for it learns that anyway.
        }
    }

    // The base library adds 128 to the signal that ended a process.
    static string HowItEnded(string program, int exitCode) => exitCode > 128 ? $"its {program} was ended by signal {exitCode - 128}" : $"its {program} ended with exit code {exitCode}";
}
