namespace Propolis.Toml;

/// <summary>One part of a key: all of it, or what stands between two dots.</summary>
/// <param name="Name">The name, quotes and escapes resolved.</param>
/// <param name="Position">Where it starts.</param>
readonly record struct TomlKeyPart(string Name, TomlPosition Position);
