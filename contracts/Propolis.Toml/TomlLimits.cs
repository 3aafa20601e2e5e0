namespace Propolis.Toml;

/// <summary>
/// How much a document may ask for before it is refused. The limits keep a wrong or hostile file from taking memory or stack.
/// </summary>
public sealed record TomlLimits
{
    /// <summary>The limits that every caller gets who names none.</summary>
    public static TomlLimits Default { get; } = new();

    /// <summary>The largest file, in bytes of UTF-8.</summary>
    public int MaxBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// The deepest nesting of tables and arrays below the root, however it is written: <c>a.b = 1</c> and <c>a = [1]</c> are
    /// one deep. A few hundred are safe on any stack.
    /// </summary>
    public int MaxDepth { get; init; } = 64;
}
