using Propolis.Contracts.Events;

namespace Propolis.Contracts.Rest;

/// <summary>Part of the event feed.</summary>
public sealed record EventList
{
    /// <summary>The events, in the order of their numbers.</summary>
    public required EquatableList<ClusterEvent> Events { get; init; }

    /// <summary>The first number that is still kept; who stands before it has missed events. 0 when there are none.</summary>
    public required long Oldest { get; init; }

    /// <summary>The last number given; 0 when none was.</summary>
    public required long Newest { get; init; }
}
