namespace Propolis.Toml;

/// <summary>
/// Reads one table of a configuration: knows its name and keys, and says in one sentence what is wrong with a value. It knows nothing of
/// machines, so that every dialect can use it.
/// </summary>
public sealed class TableReader
{
    readonly string _fileName;
    readonly TomlTable _table;

    /// <summary>Starts on a table.</summary>
    /// <param name="fileName">The configuration as the user named it.</param>
    /// <param name="label">The table as messages show it: "[dev.block0]".</param>
    /// <param name="table">The table.</param>
    public TableReader(string fileName, string label, TomlTable table)
    {
        _fileName = fileName;
        _table = table;
        Label = label;
    }

    /// <summary>The table as messages show it.</summary>
    public string Label { get; }

    /// <summary>Where the table stands.</summary>
    public TomlPosition Position => _table.Position;

    /// <summary>All keys with their values, for tables whose keys are not known beforehand.</summary>
    public IReadOnlyList<TomlEntry> Entries => _table.Entries;

    /// <summary>Refuses the first key that is none of <paramref name="known"/>.</summary>
    public void AllowOnly(params IReadOnlyCollection<string> known)
    {
        if (_table.Entries.FirstOrDefault(entry => !known.Contains(entry.Name)) is { } unknown)
            throw FailAt(unknown.Position, $"{Label} has no key {TomlKeySyntax.Show(unknown.Name)}; {NearestName.Advice(unknown.Name, known)}");
    }

    /// <summary>The value of a key, or null when it is not set.</summary>
    public TomlValue? Find(string key) => _table.TryGet(key, out var entry) ? entry.Value : null;

    /// <summary>A text that must be set.</summary>
    public string Text(string key) => OptionalText(key) ?? throw Missing(key);

    /// <summary>A text, or null when it is not set.</summary>
    public string? OptionalText(string key) => Find<TomlString>(key, TomlKind.String)?.Value;

    /// <summary>A text that must be set and not be empty.</summary>
    public string Name(string key) => Text(key) is { Length: > 0 } name ? name : throw Fail(key, "must not be empty");

    /// <summary>A whole number that must be set and lie in the given range.</summary>
    public long Integer(string key, long min, long max) => OptionalInteger(key, min, max) ?? throw Missing(key);

    /// <summary>A whole number in the given range, or null when it is not set.</summary>
    public long? OptionalInteger(string key, long min, long max) =>
        Find<TomlInteger>(key, TomlKind.Integer) is { } integer ? InRange(integer, $"{Label} {key}", min, max) : null;

    /// <summary>A number with or without a fraction that is above 0 and at most <paramref name="max"/>, or null when it is not set.</summary>
    public double? OptionalPositive(string key, double max)
    {
        var number = Find(key) switch
        {
            null => (double?)null,
            TomlInteger integer => integer.Value,
            TomlFloat real => real.Value,
            var other => throw WrongType(key, "a number", other),
        };
        return number is null || (number > 0 && number <= max) ? number : throw Fail(key, $"must be more than 0 and at most {max}");
    }

    /// <summary>A truth, or null when it is not set.</summary>
    public bool? OptionalFlag(string key) => Find<TomlBoolean>(key, TomlKind.Boolean)?.Value;

    /// <summary>A truth that must be set.</summary>
    public bool Flag(string key) => OptionalFlag(key) ?? throw Missing(key);

    /// <summary>A file that must be named.</summary>
    public ConfigPath PathOf(string key) => OptionalPath(key) ?? throw Missing(key);

    /// <summary>A file, or null when none is named.</summary>
    public ConfigPath? OptionalPath(string key)
    {
        if (OptionalText(key) is not { } text)
            return null;
        if (text.Length == 0 || text.Any(char.IsControl))
            throw Fail(key, "must be the path of a file, without control characters");
        return new ConfigPath(text, $"{Label} {key}", Find(key)!.Position, Path.GetDirectoryName(Path.GetFullPath(_fileName))!);
    }

    /// <summary>One of a few words, or null when the key is not set.</summary>
    public T? OptionalChoice<T>(string key, params (string Word, T Value)[] choices)
        where T : struct
    {
        if (OptionalText(key) is not { } text)
            return null;
        foreach (var (word, value) in choices)
            if (word == text)
                return value;
        throw Fail(key, $"cannot be {TomlKeySyntax.Show(text)}; it must be {string.Join(" or ", choices.Select(choice => choice.Word))}");
    }

    /// <summary>An array, or null when the key is not set.</summary>
    public TomlArray? OptionalArray(string key) => Find<TomlArray>(key, TomlKind.Array);

    /// <summary>An array that must be set.</summary>
    public TomlArray Array(string key) => OptionalArray(key) ?? throw Missing(key);

    /// <summary>The table <c>[key]</c>, or null when there is none.</summary>
    public TableReader? Section(string key) =>
        Find(key) is { } value ? Inner(value, $"[{key}]") : null;

    /// <summary>The tables <c>[key.NAME]</c> with their names, in the order of the file.</summary>
    public IEnumerable<(string Name, TableReader Table)> NamedSections(string key) =>
        Section(key) is { } section
            ? section.Entries.Select(entry => (entry.Name, section.Inner(entry.Value, $"[{TomlKeySyntax.Show(key, entry.Name)}]")))
            : [];

    /// <summary>The tables <c>[[key]]</c>, in the order of the file.</summary>
    public IEnumerable<TableReader> RepeatedSections(string key) =>
        Find(key) is { } value ? Tables(Expect<TomlArray>(value, TomlKind.Array, $"[[{key}]]"), $"[[{key}]]") : [];

    /// <summary>The items of an array that must all be tables.</summary>
    public IEnumerable<TableReader> Tables(TomlArray array, string label) => array.Select(item => Inner(item, label));

    /// <summary>A whole number of an array, checked like one of the table.</summary>
    public long ItemInteger(TomlValue item, string label, long min, long max) => InRange(Expect<TomlInteger>(item, TomlKind.Integer, label), label, min, max);

    /// <summary>A text of an array.</summary>
    public string ItemText(TomlValue item, string label) => Expect<TomlString>(item, TomlKind.String, label).Value;

    /// <summary>A mistake of the value of a key; the reason continues a sentence that starts with the key.</summary>
    public ConfigException Fail(string key, string reason) => FailAt(Find(key)?.Position ?? Position, $"{Label} {key} {reason}");

    /// <summary>A mistake of the table as a whole; the reason continues a sentence that starts with its name.</summary>
    public ConfigException Fail(string reason) => FailAt(Position, $"{Label} {reason}");

    /// <summary>A mistake anywhere in the file.</summary>
    public ConfigException FailAt(TomlPosition position, string reason) => new(_fileName, position, reason);

    ConfigException Missing(string key) => Fail($"needs the key {key}");

    ConfigException WrongType(string key, string expected, TomlValue actual) => Fail(key, $"must be {expected}, not {actual.Kind.WithArticle()}");

    TableReader Inner(TomlValue value, string label) => new(_fileName, label, Expect<TomlTable>(value, TomlKind.Table, label));

    T? Find<T>(string key, TomlKind kind)
        where T : TomlValue => Find(key) is { } value ? Expect<T>(value, kind, $"{Label} {key}") : null;

    T Expect<T>(TomlValue value, TomlKind kind, string label)
        where T : TomlValue =>
        value as T ?? throw FailAt(value.Position, $"{label} must be {kind.WithArticle()}, not {value.Kind.WithArticle()}");

    long InRange(TomlInteger integer, string label, long min, long max) =>
        integer.Value >= min && integer.Value <= max
            ? integer.Value
            : throw FailAt(integer.Position, $"{label} must be {min} to {max}, not {integer.Value}");
}
