namespace Propolis.Toml;

/// <summary>
/// What a header or a dotted key may define or add to (TOML 1.0, "Keys", "Table", "Inline Table", "Array of Tables"). Every table is
/// defined once; every key is set once.
/// </summary>
sealed class TomlTableRules(TomlScanner scanner, TomlLimits limits)
{
    /// <summary>The table that a header <c>[a.b]</c> opens, with the tables on the way to it.</summary>
    public TomlTable OpenTable(TomlTable root, List<TomlKeyPart> key)
    {
        var parent = OpenParent(root, key);
        if (!parent.TryGet(key[^1].Name, out var entry))
            return AddTable(parent, key[^1], TomlDefinition.Header);
        if (entry.Value is not TomlTable { Definition: TomlDefinition.Implicit } implied)
            throw AlreadyThere(key, entry);
        implied.Definition = TomlDefinition.Header;
        return implied;
    }

    /// <summary>The new table that a header <c>[[a.b]]</c> adds to its array, with the tables on the way to it.</summary>
    public TomlTable OpenTableInArray(TomlTable root, List<TomlKeyPart> key)
    {
        var parent = OpenParent(root, key);
        var name = key[^1];
        if (!parent.TryGet(name.Name, out var entry))
        {
            entry = new TomlEntry(name.Name, name.Position, new TomlArray(name.Position, Below(parent.Depth, name.Position), true));
            parent.Add(entry);
        }
        if (entry.Value is not TomlArray { GrowsByHeaders: true } array)
            throw AlreadyThere(key, entry);
        var table = new TomlTable(name.Position, Below(array.Depth, name.Position), TomlDefinition.Header);
        array.Add(table);
        return table;
    }

    /// <summary>
    /// The table in which a key puts its last part, when it stands in <paramref name="table"/>; that part is free then.
    /// </summary>
    public TomlTable OpenForKey(TomlTable table, List<TomlKeyPart> key)
    {
        for (var i = 0; i < key.Count - 1; i++)
            table = OpenByDot(table, key, i);
        return table.TryGet(key[^1].Name, out var entry) ? throw AlreadyThere(key, entry) : table;
    }

    /// <summary>How deep something lies that is put into a table or array; an error when that is too deep.</summary>
    public int Below(int depth, TomlPosition position) =>
        depth < limits.MaxDepth
            ? depth + 1
            : throw scanner.Fail(position, $"tables and arrays lie deeper in each other than the limit of {limits.MaxDepth}");

    TomlTable OpenParent(TomlTable root, List<TomlKeyPart> key)
    {
        var table = root;
        for (var i = 0; i < key.Count - 1; i++)
            table = OpenOnTheWay(table, key, i);
        return table;
    }

    TomlTable OpenOnTheWay(TomlTable table, List<TomlKeyPart> key, int index)
    {
        if (!table.TryGet(key[index].Name, out var entry))
            return AddTable(table, key[index], TomlDefinition.Implicit);
        return entry.Value switch
        {
            TomlTable { Definition: not TomlDefinition.Inline } next => next,
            TomlArray { GrowsByHeaders: true } array => (TomlTable)array[^1],
            _ => throw AlreadyComplete(key, index, entry),
        };
    }

    TomlTable OpenByDot(TomlTable table, List<TomlKeyPart> key, int index)
    {
        if (!table.TryGet(key[index].Name, out var entry))
            return AddTable(table, key[index], TomlDefinition.Dotted);
        if (entry.Value is not TomlTable { Definition: TomlDefinition.Implicit or TomlDefinition.Dotted } next)
            throw AlreadyComplete(key, index, entry);
        next.Definition = TomlDefinition.Dotted;
        return next;
    }

    TomlTable AddTable(TomlTable parent, TomlKeyPart name, TomlDefinition definition)
    {
        var table = new TomlTable(name.Position, Below(parent.Depth, name.Position), definition);
        parent.Add(new TomlEntry(name.Name, name.Position, table));
        return table;
    }

    TomlException AlreadyThere(List<TomlKeyPart> key, TomlEntry entry) =>
        scanner.Fail(key[^1].Position, $"{Show(key)} is already {entry.Value.Kind.WithArticle()} since line {entry.Position.Line}; "
            + "each key and each table can be defined only once");

    TomlException AlreadyComplete(List<TomlKeyPart> key, int index, TomlEntry entry) =>
        scanner.Fail(key[index].Position, $"{Show(key[..(index + 1)])} is already {entry.Value.Kind.WithArticle()} since line "
            + $"{entry.Position.Line}, and nothing can be added to it here");

    static string Show(List<TomlKeyPart> key) => TomlKeySyntax.Show(key.Select(part => part.Name));
}
