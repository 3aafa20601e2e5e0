using System.Collections.Concurrent;
using Propolis.Silo.Events;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Hosting;

/// <summary>Records and projections in memory, with failures on order.</summary>
sealed class MemoryStore : IEntityStore, IProjections
{
    readonly ConcurrentDictionary<string, StoredEntity> _records = [];

    /// <summary>Called before a write is done; what it throws is the write's failure.</summary>
    public Action<StoredEntity> BeforeWrite { get; set; } = _ => { };

    /// <summary>Called after a write was done; what it throws is a lost reply.</summary>
    public Action<StoredEntity> AfterWrite { get; set; } = _ => { };

    /// <summary>Called before something is published.</summary>
    public Action<IndexEntry> BeforePublish { get; set; } = _ => { };

    public ConcurrentDictionary<string, IndexEntry> Entries { get; } = [];

    public ConcurrentDictionary<(string Key, long Version, int Ordinal), PendingEvent> Events { get; } = [];

    /// <summary>No failures any more.</summary>
    public void Heal() => (BeforeWrite, AfterWrite, BeforePublish) = (_ => { }, _ => { }, _ => { });

    public Task<StoredEntity?> ReadAsync(string key, CancellationToken cancel = default) => Task.FromResult(_records.GetValueOrDefault(key));

    public Task WriteAsync(StoredEntity entity, CancellationToken cancel = default)
    {
        BeforeWrite(entity);
        if ((_records.GetValueOrDefault(entity.Key)?.Version ?? 0) != entity.Version - 1)
            throw new StoreConflictException(entity.Key, entity.Version - 1);
        _records[entity.Key] = entity;
        AfterWrite(entity);
        return Task.CompletedTask;
    }

    public Task PublishAsync(IndexEntry entry, IReadOnlyList<PendingEvent> events)
    {
        BeforePublish(entry);
        Entries.AddOrUpdate(entry.Key, entry, (_, known) => entry.Version >= known.Version ? entry : known);
        foreach (var one in events)
            Events.TryAdd((entry.Key, one.Version, one.Ordinal), one);
        return Task.CompletedTask;
    }
}
