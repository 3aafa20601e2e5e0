using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>A grain's state in an <see cref="IEntityStore"/>.</summary>
/// <typeparam name="T">The state.</typeparam>
/// <param name="store">The store.</param>
/// <param name="kind">The alias of the grain's interface.</param>
/// <param name="key">The grain's key.</param>
/// <param name="failed">Told once when a write failed.</param>
public sealed class StoredState<T>(IEntityStore store, string kind, string key, Action<Exception> failed) : IEntityState<T>
    where T : EntityRecord
{
    volatile T? _value;
    volatile bool _ended;

    /// <inheritdoc/>
    public T? Value => _ended ? throw new InvalidOperationException($"{key} has ended: a write failed") : _value;

    /// <summary>Reads the state; called once.</summary>
    public async Task ReadAsync()
    {
        if (await store.ReadAsync(key) is { } stored)
            _value = EntityCodec.Decode<T>(stored);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(T next)
    {
        var present = Value;
        if (next.Version != (present?.Version ?? 0) + 1)
            throw new InvalidOperationException($"{key} is at version {present?.Version ?? 0}; {next.Version} cannot be written on top of it");
        try
        {
            await store.WriteAsync(EntityCodec.Encode(kind, key, next));
        }
        catch (Exception e)
        {
            _ended = true;
            failed(e);
            throw;
        }
        _value = next;
    }
}
