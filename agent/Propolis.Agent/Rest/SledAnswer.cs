using Propolis.Contracts.Ids;
using Propolis.Contracts.Sleds;

namespace Propolis.Agent.Rest;

/// <summary><c>GET /v1/sled</c>: the sled as its agent sees it.</summary>
sealed record SledAnswer
{
    /// <summary>Its id.</summary>
    public required SledId Sled { get; init; }

    /// <summary>The agent's epoch.</summary>
    public required long AgentEpoch { get; init; }

    /// <summary><c>kvm</c> or <c>bhyve</c>.</summary>
    public required string Hypervisor { get; init; }

    /// <summary>What it can hold.</summary>
    public required SledCapacity Capacity { get; init; }

    /// <summary>What its VMMs use.</summary>
    public required SledUsage Usage { get; init; }

    /// <summary>Whether a silo answers and knows the sled.</summary>
    public required bool Heard { get; init; }

    /// <summary>Whether silos have received everything the agent said.</summary>
    public required bool AllReported { get; init; }
}
