using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts;

/// <summary>A list that never changes and is equal to another one with equal items, so that records that hold lists compare by value.</summary>
/// <typeparam name="T">The items.</typeparam>
[GenerateSerializer, Immutable, Alias("propolis.EquatableList`1")]
[CollectionBuilder(typeof(EquatableList), nameof(EquatableList.Create))]
[JsonConverter(typeof(EquatableListConverter))]
public sealed class EquatableList<T> : IReadOnlyList<T>, IEquatable<EquatableList<T>>
{
    /// <summary>A list of copies of the items.</summary>
    /// <param name="items">The items, in order.</param>
    public EquatableList(IEnumerable<T> items) => Items = items.ToArray();

    [Id(0)] T[] Items { get; }

    /// <inheritdoc/>
    public int Count => Items.Length;

    /// <inheritdoc/>
    public T this[int index] => Items[index];

    /// <summary>The items as contiguous memory.</summary>
    public ReadOnlySpan<T> AsSpan() => Items;

    /// <summary>This list with one more item at its end.</summary>
    /// <param name="item">The item.</param>
    public EquatableList<T> Add(T item) => new([.. Items, item]);

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] EquatableList<T>? other) => other is not null && Items.AsSpan().SequenceEqual(other.Items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EquatableList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in Items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)Items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Makes lists from collection expressions.</summary>
public static class EquatableList
{
    /// <summary>A list of copies of the items.</summary>
    /// <param name="items">The items, in order.</param>
    public static EquatableList<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
