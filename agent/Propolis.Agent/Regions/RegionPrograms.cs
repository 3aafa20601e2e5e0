using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Propolis.Agent.Processes;

namespace Propolis.Agent.Regions;

/// <summary>crucible-downstairs on this machine.</summary>
/// <param name="program">Its path.</param>
/// <param name="host">The address it listens on.</param>
/// <param name="ports">Its ports, shared with VMs: regions take them from the end.</param>
/// <param name="time">The clock.</param>
sealed class RegionPrograms(string program, IPAddress host, PortRange ports, TimeProvider time) : IRegionPrograms
{
    /// <summary>A server's output, in the region's folder.</summary>
    public const string LogFile = "downstairs.log";

    const string Name = "crucible-downstairs";

    static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public int ChoosePort(IReadOnlySet<int> taken) =>
        ports.ChooseLast(taken, port => HostPorts.IsFree(host, port)) ?? throw new AgentException($"all ports {ports} of this sled are taken; give the agent a larger range (--ports)");

    /// <inheritdoc/>
    public Task CreateAsync(RegionRecord record, string folder, CancellationToken cancellation) => File.Exists(Path.Combine(RegionCommandRules.DataOf(folder), "region.json"))
        ? Task.CompletedTask
        : RunAsync("the region cannot be made", RegionCommandRules.Create(record, folder), cancellation);

    /// <inheritdoc/>
    public Task RemoveSnapshotAsync(RegionRecord record, string folder, Guid snapshot, CancellationToken cancellation) =>
        RunAsync("the snapshot cannot be removed", RegionCommandRules.RemoveSnapshot(folder, snapshot), cancellation);

    /// <inheritdoc/>
    public IServerProcess Start(RegionRecord record, string folder) => DetachedProcess.Start(Name, program, folder, LogFile, RegionCommandRules.Run(record, folder, host.ToString()));

    /// <inheritdoc/>
    public IServerProcess? Find(RegionRecord record, string folder) => DetachedProcess.Find(Name, record.Process, folder, time);

    /// <inheritdoc/>
    public Task<bool> AnswersAsync(RegionRecord record, CancellationToken cancellation) => HostPorts.AnswersAsync(host, record.DataPort, cancellation);

    async Task RunAsync(string trouble, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(RunLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var info = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        try
        {
            using var child = Process.Start(info) ?? throw new AgentException($"{program} did not start");
            var errors = child.StandardError.ReadToEndAsync(both.Token);
            await child.WaitForExitAsync(both.Token);
            if (child.ExitCode != 0)
                throw new AgentException($"{trouble}: {(await errors).Trim()}");
        }
        catch (Exception failure) when (failure is Win32Exception || (failure is OperationCanceledException && late.IsCancellationRequested))
        {
            throw new AgentException($"{trouble}: {(failure is Win32Exception ? failure.Message : string.Create(CultureInfo.InvariantCulture, $"it took more than {RunLimit.TotalMinutes} min"))}", failure);
        }
    }
}
