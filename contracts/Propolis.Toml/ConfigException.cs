namespace Propolis.Toml;

/// <summary>
/// A configuration that cannot be run: one sentence that says where, what is wrong and what would be right. The program ends with
/// <see cref="ExitCode"/> and has changed nothing.
/// </summary>
public sealed class ConfigException : Exception
{
    /// <summary>What the process returns for any wrong configuration.</summary>
    public const int ExitCode = 2;

    /// <summary>Describes one mistake.</summary>
    /// <param name="fileName">The configuration as the user named it.</param>
    /// <param name="position">Where the mistake stands.</param>
    /// <param name="reason">What is wrong and what would be right, without the place and without a full stop.</param>
    public ConfigException(string fileName, TomlPosition position, string reason)
        : this(new TomlException(fileName, position, reason))
    {
    }

    /// <summary>Passes on what the TOML reader said.</summary>
    public ConfigException(TomlException cause)
        : base(cause.Message, cause.InnerException)
    {
        FileName = cause.FileName;
        Position = cause.Position;
    }

    /// <summary>The configuration as the user named it.</summary>
    public string FileName { get; }

    /// <summary>Where the mistake stands.</summary>
    public TomlPosition Position { get; }
}
