using System.Net;
using Propolis.Agent.Processes;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Ids;

namespace Propolis.Agent;

/// <summary>How an agent runs.</summary>
sealed record AgentOptions
{
    /// <summary>The sled.</summary>
    public required SledId Sled { get; init; }

    /// <summary>Where its REST listens; servers listen on the same address.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>What silos reach it by; <see cref="Listen"/> when null.</summary>
    public Uri? Address { get; init; }

    /// <summary>Silos, tried in turn; none for an agent on its own.</summary>
    public IReadOnlyList<Uri> Silos { get; init; } = [];

    /// <summary>What the agent keeps.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Boot images.</summary>
    public required string ImageFolder { get; init; }

    /// <summary>Where relative paths of file volumes lie; <c>volumes</c> in the data folder when null.</summary>
    public string? VolumeFolder { get; init; }

    /// <summary>A folder in memory, for volumes in memory.</summary>
    public string MemoryFolder { get; init; } = "/dev/shm/propolis";

    /// <summary>The firmware of VMs that name nothing to boot.</summary>
    public string Firmware { get; init; } = "OVMF_CODE.fd";

    /// <summary>Ports of servers.</summary>
    public required PortRange Ports { get; init; }

    /// <summary>The path of propolis-server; beside the agent's own program when null.</summary>
    public string? Server { get; init; }

    /// <summary>The path of crucible-downstairs; beside the agent's own program when null.</summary>
    public string? Downstairs { get; init; }

    /// <summary>Processors for guests; all of the machine's when null.</summary>
    public int? Cpus { get; init; }

    /// <summary>Memory for guests in MiB; most of the machine's when null.</summary>
    public long? MemoryMb { get; init; }

    /// <summary>Virtual processors for each of the machine's, where <see cref="Cpus"/> is not set.</summary>
    public int Overcommit { get; init; } = 4;

    /// <summary>Deadlines of VMMs.</summary>
    public VmmLimits Limits { get; init; } = new();

    /// <summary>How long a silo may take to answer.</summary>
    public TimeSpan SiloLimit { get; init; } = TimeSpan.FromSeconds(10);
}
