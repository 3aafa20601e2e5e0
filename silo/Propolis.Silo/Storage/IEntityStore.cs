namespace Propolis.Silo.Storage;

/// <summary>Keeps grains' records. A write is there, whole, once the task has ended well; after a failure it may or may not be there.</summary>
public interface IEntityStore
{
    /// <summary>Reads a record.</summary>
    /// <param name="key">The grain's key.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<StoredEntity?> ReadAsync(string key, CancellationToken cancel = default);

    /// <summary>Writes a record on top of the version before it.</summary>
    /// <param name="entity">The record; the store must hold the version one below, or nothing for version 1.</param>
    /// <param name="cancel">Ends the wait, not the write.</param>
    /// <exception cref="StoreConflictException">The store holds another version.</exception>
    Task WriteAsync(StoredEntity entity, CancellationToken cancel = default);
}
