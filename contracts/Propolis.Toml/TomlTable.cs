using System.Diagnostics.CodeAnalysis;

namespace Propolis.Toml;

/// <summary>A table, in whichever way it was written. The order of the file is kept.</summary>
public sealed class TomlTable : TomlValue
{
    readonly List<TomlEntry> _entries = [];
    readonly Dictionary<string, TomlEntry> _byName = new(StringComparer.Ordinal);

    internal TomlTable(TomlPosition position, int depth, TomlDefinition definition)
        : base(position)
    {
        Depth = depth;
        Definition = definition;
    }

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Table;

    /// <summary>The keys with their values, in the order of the file.</summary>
    public IReadOnlyList<TomlEntry> Entries => _entries;

    /// <summary>How many tables and arrays hold this one.</summary>
    internal int Depth { get; }

    /// <summary>How the table came to be; changes once, when a table that was only implied is defined.</summary>
    internal TomlDefinition Definition { get; set; }

    /// <summary>Finds a key; names are compared character by character, as TOML asks.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TomlEntry? entry) => _byName.TryGetValue(name, out entry);

    internal void Add(TomlEntry entry)
    {
        _byName.Add(entry.Name, entry);
        _entries.Add(entry);
    }
}
