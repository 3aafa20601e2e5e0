namespace Propolis.Toml;

/// <summary>
/// A TOML file that cannot be taken: one sentence that says where, what is wrong and what would be right. It is the only
/// exception that reading a document throws for bad input.
/// </summary>
public sealed class TomlException : Exception
{
    /// <summary>Describes one mistake.</summary>
    /// <param name="fileName">The file as the user named it.</param>
    /// <param name="position">Where the mistake stands.</param>
    /// <param name="reason">What is wrong and what would be right, without the place and without a full stop.</param>
    /// <param name="cause">What the operating system said, when the file could not be read.</param>
    public TomlException(string fileName, TomlPosition position, string reason, Exception? cause = null)
        : base(Sentence(fileName, position, reason), cause)
    {
        FileName = fileName;
        Position = position;
        Reason = reason;
    }

    /// <summary>The file as the user named it.</summary>
    public string FileName { get; }

    /// <summary>Where the mistake stands.</summary>
    public TomlPosition Position { get; }

    /// <summary>What is wrong and what would be right, without the place.</summary>
    public string Reason { get; }

    static string Sentence(string fileName, TomlPosition position, string reason) =>
        position == TomlPosition.WholeFile
            ? $"{fileName}: {reason}."
            : $"{fileName}:{position.Line}:{position.Column}: {reason}.";
}
