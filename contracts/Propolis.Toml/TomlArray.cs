using System.Collections;

namespace Propolis.Toml;

/// <summary>An array: written in brackets, or grown by <c>[[name]]</c> headers. Its values may differ in type.</summary>
public sealed class TomlArray : TomlValue, IReadOnlyList<TomlValue>
{
    readonly List<TomlValue> _items = [];

    internal TomlArray(TomlPosition position, int depth, bool growsByHeaders = false)
        : base(position)
    {
        Depth = depth;
        GrowsByHeaders = growsByHeaders;
    }

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Array;

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public TomlValue this[int index] => _items[index];

    /// <summary>How many tables and arrays hold this one.</summary>
    internal int Depth { get; }

    /// <summary>Made by a <c>[[name]]</c> header: more such headers may add tables.</summary>
    internal bool GrowsByHeaders { get; }

    /// <inheritdoc/>
    public IEnumerator<TomlValue> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(TomlValue item) => _items.Add(item);
}
