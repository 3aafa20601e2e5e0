using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Sleds;

/// <summary>A sled as others see it.</summary>
[GenerateSerializer, Immutable, Alias("propolis.sleds.SledView")]
public sealed record SledView
{
    /// <summary>Its id.</summary>
    [Id(0)] public required SledId Id { get; init; }

    /// <summary>Where its agent listens.</summary>
    [Id(1)] public required string Address { get; init; }

    /// <summary><c>kvm</c> or <c>bhyve</c>.</summary>
    [Id(2)] public required string Hypervisor { get; init; }

    /// <summary>Serial number.</summary>
    [Id(3)] public required string Serial { get; init; }

    /// <summary>Model.</summary>
    [Id(4)] public required string Model { get; init; }

    /// <summary>What an operator wants.</summary>
    [Id(5)] public required SledPolicy Policy { get; init; }

    /// <summary>What is known.</summary>
    [Id(6)] public required SledHealth Health { get; init; }

    /// <summary>When it was last heard, to the heartbeat; when the silo that hears it is new, by the one before.</summary>
    [Id(7)] public DateTimeOffset? LastHeard { get; init; }

    /// <summary>What it can hold.</summary>
    [Id(8)] public required SledCapacity Capacity { get; init; }

    /// <summary>What is taken.</summary>
    [Id(9)] public required SledCapacity Reserved { get; init; }

    /// <summary>By whom.</summary>
    [Id(10)] public required EquatableList<Reservation> Reservations { get; init; }

    /// <summary>Counts its writes.</summary>
    [Id(11)] public required long Version { get; init; }

    /// <summary>The processors' vendor and model; guests move live only between sleds with the same vendor. Empty when not known.</summary>
    [Id(12)] public string Cpu { get; init; } = "";
}
