using Propolis.Agent.Images;
using Propolis.Agent.Processes;
using Propolis.Agent.Servers;
using Propolis.Agent.Storage;
using Propolis.Agent.Volumes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Sleds;

namespace Propolis.Agent.Vmms;

/// <summary>What VMMs of a sled share: its disk, processes, images, volumes, limits, and who hears of changes.</summary>
sealed record SledParts
{
    /// <summary>The agent's disk.</summary>
    public required VmmStore Store { get; init; }

    /// <summary>Numbers what is said.</summary>
    public required SequenceSource Sequences { get; init; }

    /// <summary>Processes.</summary>
    public required IServerProcesses Processes { get; init; }

    /// <summary>Speaks to the server on a port.</summary>
    public required Func<int, IServerApi> ServerAt { get; init; }

    /// <summary>Where servers listen, <c>ip:port</c>.</summary>
    public required Func<int, string> AddressOf { get; init; }

    /// <summary>Where a VMM's server asks about the generations of its Crucible disks; null where nobody answers.</summary>
    public Func<VmmKey, string?> LeasesOf { get; init; } = _ => null;

    /// <summary>Boot images.</summary>
    public required ImageFolder Images { get; init; }

    /// <summary>Volumes.</summary>
    public required VolumeFiles Volumes { get; init; }

    /// <summary>What the sled can hold.</summary>
    public required SledCapacity Capacity { get; init; }

    /// <summary>What it is called.</summary>
    public required SledLabels Labels { get; init; }

    /// <summary>Deadlines.</summary>
    public required VmmLimits Limits { get; init; }

    /// <summary>Reaches silos.</summary>
    public required IGrains Grains { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Numbers for operators.</summary>
    public required AgentMetrics Metrics { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Log { get; init; }

    /// <summary>Hears every change; does not wait for anything.</summary>
    public required Action<VmmStatus> Changed { get; init; }
}
