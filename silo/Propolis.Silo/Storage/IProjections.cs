using Propolis.Silo.Events;

namespace Propolis.Silo.Storage;

/// <summary>Takes what lists and the event feed show. Publishing the same again changes nothing; an older version changes nothing.</summary>
public interface IProjections
{
    /// <summary>Publishes a grain's entry and its events.</summary>
    /// <param name="entry">What lists show.</param>
    /// <param name="events">Events that may not be in the feed yet.</param>
    Task PublishAsync(IndexEntry entry, IReadOnlyList<PendingEvent> events);
}
