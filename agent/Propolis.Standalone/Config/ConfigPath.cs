using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>
/// A file that the configuration names. A relative path starts at the current directory of the process, as in the original, and not at
/// the folder of the configuration.
/// </summary>
/// <param name="Text">The path as written.</param>
/// <param name="Key">Which key names it, as messages show it: "[main] bootrom".</param>
/// <param name="Position">Where it is written.</param>
sealed record ConfigPath(string Text, string Key, TomlPosition Position)
{
    /// <summary>The absolute path.</summary>
    public string FullPath => Path.GetFullPath(Text);
}
