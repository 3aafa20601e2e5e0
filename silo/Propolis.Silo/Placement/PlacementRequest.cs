using Propolis.Contracts;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;

namespace Propolis.Silo.Placement;

/// <summary>What a place is looked for.</summary>
public sealed record PlacementRequest
{
    /// <summary>Whose.</summary>
    public required InstanceId Instance { get; init; }

    /// <summary>Its project, within which groups count.</summary>
    public required string Project { get; init; }

    /// <summary>Processors.</summary>
    public required int Cpus { get; init; }

    /// <summary>Memory in MiB.</summary>
    public required long MemoryMb { get; init; }

    /// <summary>Its groups.</summary>
    public EquatableList<PlacementGroup> Groups { get; init; } = [];

    /// <summary>The only sled that will do, because something of it is there; <see cref="PinReason"/> says what.</summary>
    public SledId? Pin { get; init; }

    /// <summary>Why only that one.</summary>
    public string? PinReason { get; init; }

    /// <summary>Sleds that will not do, and why.</summary>
    public EquatableList<WhyNot> Avoid { get; init; } = [];

    /// <summary>The guest moves live from a sled of this kind; null when it starts.</summary>
    public LiveFit? Live { get; init; }
}
