using Propolis.Silo.Events;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>
/// A store that fails before it writes, or after it has, or tears a row (which a later read must refuse, until the database's own recovery has put the row right).
/// </summary>
sealed class SimStore(SimWorld world) : IEntityStore, IProjections
{
    readonly SortedDictionary<string, StoredEntity> _rows = new(StringComparer.Ordinal);
    readonly Dictionary<string, StoredEntity> _torn = [];

    public SortedDictionary<string, IndexEntry> Entries { get; } = new(StringComparer.Ordinal);

    public Dictionary<(string, long, int), PendingEvent> Events { get; } = [];

    /// <summary>A planted bug: what was read before is answered again, and versions are not compared.</summary>
    public bool ForgetsVersions { get; init; }

    public IEnumerable<StoredEntity> Rows => _rows.Values;

    public async Task<StoredEntity?> ReadAsync(string key, CancellationToken cancel = default)
    {
        await world.PauseAsync(2);
        if (world.Happens(world.Faults.ReadFails))
            throw new StoreException("simulated: not read");
        return _torn.Remove(key, out var torn) ? torn : _rows.GetValueOrDefault(key);
    }

    public async Task WriteAsync(StoredEntity entity, CancellationToken cancel = default)
    {
        await world.PauseAsync(5);
        if (world.Happens(world.Faults.WriteFails))
            throw new StoreException("simulated: not written");
        if (world.Happens(world.Faults.WriteTorn))
        {
            _torn[entity.Key] = entity with { Body = entity.Body[..(entity.Body.Length / 2)] };
            throw new StoreException("simulated: torn");
        }
        if (!ForgetsVersions && (_rows.GetValueOrDefault(entity.Key)?.Version ?? 0) != entity.Version - 1)
            throw new StoreConflictException(entity.Key, entity.Version - 1);
        _rows[entity.Key] = entity;
        await world.PauseAsync(2);
        if (world.Happens(world.Faults.WriteReplyLost))
            throw new StoreException("simulated: reply lost");
    }

    public async Task PublishAsync(IndexEntry entry, IReadOnlyList<PendingEvent> events)
    {
        await world.PauseAsync(2);
        if (world.Happens(world.Faults.PublishFails))
            throw new StoreException("simulated: not published");
        if (!Entries.TryGetValue(entry.Key, out var known) || entry.Version >= known.Version)
            Entries[entry.Key] = entry;
        foreach (var one in events)
            Events.TryAdd((entry.Key, one.Version, one.Ordinal), one);
    }
}
