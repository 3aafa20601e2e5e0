using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts;

/// <summary>A sorted map that never changes and is equal to another one with equal entries.</summary>
/// <typeparam name="TKey">Keys, in their own order.</typeparam>
/// <typeparam name="TValue">Values.</typeparam>
[GenerateSerializer, Immutable, Alias("propolis.EquatableMap`2")]
[JsonConverter(typeof(EquatableMapConverter))]
[SuppressMessage("Naming", "CA1710", Justification = "it is a map, whatever it implements")]
public class EquatableMap<TKey, TValue> : IReadOnlyDictionary<TKey, TValue>, IEquatable<EquatableMap<TKey, TValue>>
    where TKey : notnull
{
    /// <summary>A map of copies of the entries.</summary>
    /// <param name="entries">The entries; a key that comes twice throws <see cref="ArgumentException"/>.</param>
    public EquatableMap(IEnumerable<KeyValuePair<TKey, TValue>> entries)
    {
        Entries = [];
        foreach (var (key, value) in entries)
            Entries.Add(key, value);
    }

    [Id(0)] SortedDictionary<TKey, TValue> Entries { get; }

    /// <inheritdoc/>
    public int Count => Entries.Count;

    /// <inheritdoc/>
    public IEnumerable<TKey> Keys => Entries.Keys;

    /// <inheritdoc/>
    public IEnumerable<TValue> Values => Entries.Values;

    /// <inheritdoc/>
    public TValue this[TKey key] => Entries[key];

    /// <inheritdoc/>
    public bool ContainsKey(TKey key) => Entries.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => Entries.TryGetValue(key, out value);

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] EquatableMap<TKey, TValue>? other) => other is not null && Entries.SequenceEqual(other.Entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EquatableMap<TKey, TValue>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in Entries)
        {
            hash.Add(key);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator() => Entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
