using Propolis.Contracts;
using Propolis.Silo.Events;

namespace Propolis.Silo.Hosting;

/// <summary>What every grain keeps beside its own members. Records are replaced, never changed.</summary>
public abstract record EntityRecord
{
    /// <summary>Counts the writes; the store takes a write only on top of the version that was read.</summary>
    public long Version { get; init; }

    /// <summary>Events that may not be in the feed yet: they are kept until a later write knows that they are.</summary>
    public EquatableList<PendingEvent> Outbox { get; init; } = [];
}
