namespace Propolis.Toml;

/// <summary>A key of a table with its value.</summary>
/// <param name="Name">The key, quotes and escapes resolved; it may be empty.</param>
/// <param name="Position">Where the key was first written.</param>
/// <param name="Value">What it is set to.</param>
public sealed record TomlEntry(string Name, TomlPosition Position, TomlValue Value);
