using System.Text;

namespace Propolis.Toml;

/// <summary>
/// A whole TOML 1.0 document. Reading is all or nothing: it gives the tree, or throws a <see cref="TomlException"/> for the first
/// mistake (<see href="https://toml.io/en/v1.0.0"/>).
/// </summary>
public sealed class TomlDocument
{
    const char ByteOrderMark = '\uFEFF';

    TomlDocument(string fileName, TomlTable root)
    {
        FileName = fileName;
        Root = root;
    }

    /// <summary>The name under which the document was read, for messages.</summary>
    public string FileName { get; }

    /// <summary>The table at the top, which holds everything.</summary>
    public TomlTable Root { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; relative to the current directory. It also names the document.</param>
    /// <param name="limits">What the document may ask for; <see cref="TomlLimits.Default"/> when not given.</param>
    /// <exception cref="TomlException">The file cannot be read, is too large, or is no TOML 1.0.</exception>
    public static TomlDocument Read(string path, TomlLimits? limits = null)
    {
        limits ??= TomlLimits.Default;
        try
        {
            return Parse(TomlBytes.ReadFile(path, limits.MaxBytes), path, limits);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new TomlException(path, TomlPosition.WholeFile, TomlBytes.ReasonFor(path, e), e);
        }
    }

    /// <summary>Reads a document from its bytes; a byte order mark at the start is skipped.</summary>
    /// <param name="utf8">The bytes, which must be valid UTF-8.</param>
    /// <param name="fileName">The name for messages.</param>
    /// <param name="limits">What the document may ask for; <see cref="TomlLimits.Default"/> when not given.</param>
    /// <exception cref="TomlException">The bytes are too many or are no TOML 1.0.</exception>
    public static TomlDocument Parse(ReadOnlySpan<byte> utf8, string fileName, TomlLimits? limits = null)
    {
        limits ??= TomlLimits.Default;
        CheckSize(utf8.Length, fileName, limits);
        return ParseText(TomlBytes.Decode(utf8, fileName), fileName, limits);
    }

    /// <summary>Reads a document from text; a byte order mark at the start is skipped.</summary>
    /// <param name="text">The text; half a surrogate pair is an error.</param>
    /// <param name="fileName">The name for messages.</param>
    /// <param name="limits">What the document may ask for; <see cref="TomlLimits.Default"/> when not given.</param>
    /// <exception cref="TomlException">The text is too large or is no TOML 1.0.</exception>
    public static TomlDocument Parse(string text, string fileName, TomlLimits? limits = null)
    {
        limits ??= TomlLimits.Default;
        CheckSize(Encoding.UTF8.GetByteCount(text), fileName, limits);
        TomlBytes.CheckSurrogates(text, fileName);
        return ParseText(text.StartsWith(ByteOrderMark) ? text[1..] : text, fileName, limits);
    }

    static TomlDocument ParseText(string text, string fileName, TomlLimits limits) =>
        new(fileName, new TomlParser(text, fileName, limits).ParseDocument());

    static void CheckSize(int bytes, string fileName, TomlLimits limits)
    {
        if (bytes > limits.MaxBytes)
            throw TomlBytes.TooLarge(fileName, limits.MaxBytes);
    }
}
