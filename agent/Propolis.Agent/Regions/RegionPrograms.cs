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

    static readonly TimeSpan CreateLimit = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public int ChoosePort(IReadOnlySet<int> taken) =>
        ports.ChooseLast(taken, port => HostPorts.IsFree(host, port)) ?? throw new AgentException($"all ports {ports} of this sled are taken; give the agent a larger range (--ports)");

    /// <inheritdoc/>
    public async Task CreateAsync(RegionRecord record, string folder, CancellationToken cancellation)
    {
        if (File.Exists(Path.Combine(RegionCommandRules.DataOf(folder), "region.json")))
            return;
        using var late = new CancellationTokenSource(CreateLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var info = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in RegionCommandRules.Create(record, folder))
            info.ArgumentList.Add(argument);
        try
        {
            using var child = Process.Start(info) ?? throw new AgentException($"{program} did not start");
            var errors = child.StandardError.ReadToEndAsync(both.Token);
            await child.WaitForExitAsync(both.Token);
            if (child.ExitCode != 0)
                throw new AgentException($"the region cannot be made: {(await errors).Trim()}");
        }
        catch (Exception failure) when (failure is Win32Exception || (failure is OperationCanceledException && late.IsCancellationRequested))
        {
            throw new AgentException($"the region cannot be made: {(failure is Win32Exception ? failure.Message : string.Create(CultureInfo.InvariantCulture, $"it took more than {CreateLimit.TotalMinutes} min"))}", failure);
        }
    }

    /// <inheritdoc/>
    public IServerProcess Start(RegionRecord record, string folder) => DetachedProcess.Start(Name, program, folder, LogFile, RegionCommandRules.Run(record, folder, host.ToString()));

    /// <inheritdoc/>
    public IServerProcess? Find(RegionRecord record, string folder) => DetachedProcess.Find(Name, record.Process, folder, time);

    /// <inheritdoc/>
    public Task<bool> AnswersAsync(RegionRecord record, CancellationToken cancellation) => HostPorts.AnswersAsync(host, record.DataPort, cancellation);
}
