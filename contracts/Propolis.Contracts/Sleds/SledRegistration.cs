using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Sleds;

/// <summary>An agent says where and what it is; sent at its start and after any change.</summary>
[GenerateSerializer, Immutable, Alias("propolis.sleds.SledRegistration")]
public sealed record SledRegistration
{
    /// <summary>The sled.</summary>
    [Id(0)] public required SledId Sled { get; init; }

    /// <summary>Where the agent listens, <c>http://ip:port</c>.</summary>
    [Id(1)] public required string Address { get; init; }

    /// <summary>What the sled can hold.</summary>
    [Id(2)] public required SledCapacity Capacity { get; init; }

    /// <summary><c>kvm</c> or <c>bhyve</c>.</summary>
    [Id(3)] public required string Hypervisor { get; init; }

    /// <summary>Rises with each start of the agent.</summary>
    [Id(4)] public required long AgentEpoch { get; init; }

    /// <summary>The hardware's serial number.</summary>
    [Id(5)] public string Serial { get; init; } = "";

    /// <summary>The hardware's model.</summary>
    [Id(6)] public string Model { get; init; } = "";

    /// <summary>The processors' vendor and model; guests move live only between sleds with the same vendor. Empty when not known.</summary>
    [Id(7)] public string Cpu { get; init; } = "";
}
