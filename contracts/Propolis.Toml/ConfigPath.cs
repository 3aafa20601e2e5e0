namespace Propolis.Toml;

/// <summary>
/// A file that the configuration names. A relative path starts at the folder of the configuration, so that a configuration and its files can be moved together and run from
/// anywhere.
/// </summary>
/// <param name="Text">The path as written.</param>
/// <param name="Key">Which key names it, as messages show it: "[main] bootrom".</param>
/// <param name="Position">Where it is written.</param>
/// <param name="Folder">The folder of the configuration, absolute.</param>
public sealed record ConfigPath(string Text, string Key, TomlPosition Position, string Folder)
{
    /// <summary>The absolute path.</summary>
    public string FullPath => Path.GetFullPath(Text, Folder);
}
