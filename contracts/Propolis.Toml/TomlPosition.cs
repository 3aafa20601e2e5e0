namespace Propolis.Toml;

/// <summary>
/// Where something stands in a TOML file, counted the way an editor shows it.
/// </summary>
/// <param name="Line">The line, from 1; 0 when the whole file is meant.</param>
/// <param name="Column">The column in Unicode characters, from 1; 0 when the whole file is meant.</param>
public readonly record struct TomlPosition(int Line, int Column)
{
    /// <summary>Stands for the file as a whole, as when it cannot be read.</summary>
    public static TomlPosition WholeFile => default;

    /// <summary>Finds the line and column of the character at <paramref name="index"/> of <paramref name="text"/>.</summary>
    internal static TomlPosition At(ReadOnlySpan<char> text, int index)
    {
        var before = text[..index];
        var lineStart = before.LastIndexOf('\n') + 1;
        var column = 1;
        foreach (var _ in before[lineStart..].EnumerateRunes())
            column++;
        return new TomlPosition(before.Count('\n') + 1, column);
    }
}
