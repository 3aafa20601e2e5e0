using Propolis.Contracts;
using Propolis.Contracts.Events;

namespace Propolis.Silo.Storage;

/// <summary>Part of the event feed.</summary>
public sealed record EventPage
{
    /// <summary>The events.</summary>
    public required EquatableList<ClusterEvent> Events { get; init; }

    /// <summary>The first number that is still kept; a reader that stands before it has missed events. 0 when there are none.</summary>
    public required long Oldest { get; init; }

    /// <summary>The last number given.</summary>
    public required long Newest { get; init; }
}
