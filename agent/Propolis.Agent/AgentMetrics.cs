using System.Diagnostics.Metrics;

namespace Propolis.Agent;

/// <summary>The agent's numbers. Sums over the sled only: ids are no tags.</summary>
sealed class AgentMetrics : IDisposable
{
    readonly Meter _meter;
    readonly Counter<long> _starts;
    readonly Counter<long> _ends;
    readonly Counter<long> _adoptions;
    readonly Counter<long> _reports;
    readonly Counter<long> _failedCalls;

    /// <summary>Registers them.</summary>
    /// <param name="meters">Where.</param>
    public AgentMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Propolis.Agent");
        _starts = _meter.CreateCounter<long>("propolis.agent.vmm.starts", description: "VMMs started");
        _ends = _meter.CreateCounter<long>("propolis.agent.vmm.ends", description: "VMMs ended, by state");
        _adoptions = _meter.CreateCounter<long>("propolis.agent.vmm.adoptions", description: "VMMs found running at the agent's start");
        _reports = _meter.CreateCounter<long>("propolis.agent.reports", description: "States that a silo received");
        _failedCalls = _meter.CreateCounter<long>("propolis.agent.silo.failed_calls", description: "Calls that no silo answered");
    }

    /// <summary>A VMM was started.</summary>
    public void Started() => _starts.Add(1);

    /// <summary>A VMM ended.</summary>
    /// <param name="state">How, in one word.</param>
    public void Ended(string state) => _ends.Add(1, new KeyValuePair<string, object?>("state", state));

    /// <summary>A VMM was found running.</summary>
    public void Adopted() => _adoptions.Add(1);

    /// <summary>A state was received by a silo.</summary>
    public void Reported() => _reports.Add(1);

    /// <summary>No silo answered.</summary>
    public void SiloFailed() => _failedCalls.Add(1);

    /// <summary>Watches what the sled's VMMs use.</summary>
    /// <param name="usage">Counts it now.</param>
    public void Watch(Func<SledUsage> usage)
    {
        _meter.CreateObservableGauge("propolis.agent.vmm.running", () => usage().Running, description: "VMMs with a process");
        _meter.CreateObservableGauge("propolis.agent.vmm.cpus", () => usage().Cpus, description: "Processors given to guests");
        _meter.CreateObservableGauge("propolis.agent.vmm.memory", () => usage().MemoryMb, "MiB", "Memory given to guests");
        _meter.CreateObservableGauge("propolis.agent.vmm.resident", () => usage().ResidentBytes, "By", "Memory used by VMM processes");
        _meter.CreateObservableCounter("propolis.agent.vmm.cpu_time", () => usage().CpuSeconds, "s", "Processor time used by VMM processes");
    }

    /// <summary>Unregisters them.</summary>
    public void Dispose() => _meter.Dispose();
}
