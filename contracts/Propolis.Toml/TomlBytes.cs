using System.Buffers;
using System.Text;

namespace Propolis.Toml;

/// <summary>From a file to text: bounded reading and strict UTF-8 (TOML 1.0, "Spec": a file must be a valid UTF-8 document).</summary>
static class TomlBytes
{
    /// <summary>Reads a file of at most <paramref name="maxBytes"/>, whatever its length says: it may be a pipe or a device.</summary>
    public static ReadOnlySpan<byte> ReadFile(string path, int maxBytes)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[Math.Min(maxBytes + 1L, 64 * 1024)];
        var length = 0;
        for (int read; (read = file.Read(buffer, length, buffer.Length - length)) > 0;)
        {
            length += read;
            if (length > maxBytes)
                throw TooLarge(path, maxBytes);
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(Math.Min(maxBytes + 1L, Array.MaxLength), buffer.Length * 2L));
        }
        return buffer.AsSpan(0, length);
    }

    /// <summary>Says in a few words why a file could not be read.</summary>
    public static string ReasonFor(string path, Exception cause) => cause switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException when Directory.Exists(path) => "it is a directory, and a TOML file is needed",
        UnauthorizedAccessException => "this user may not read it",
        _ => $"it cannot be read ({cause.GetType().Name})",
    };

    public static TomlException TooLarge(string fileName, int maxBytes) =>
        new(fileName, TomlPosition.WholeFile, $"the file is larger than the limit of {maxBytes} bytes");

    public static string Decode(ReadOnlySpan<byte> utf8, string fileName)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        var valid = ValidPrefix(utf8);
        var text = Encoding.UTF8.GetString(utf8[..valid]);
        if (valid == utf8.Length)
            return text;
        throw new TomlException(fileName, TomlPosition.At(text, text.Length),
            $"the byte 0x{utf8[valid]:X2} is not valid UTF-8 here; save the file as UTF-8");
    }

    public static void CheckSurrogates(string text, string fileName)
    {
        for (var i = 0; i < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out _, out var taken) != OperationStatus.Done)
                throw new TomlException(fileName, TomlPosition.At(text, i), "half a surrogate pair is not a Unicode character");
            i += taken;
        }
    }

    static int ValidPrefix(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (at < utf8.Length && Rune.DecodeFromUtf8(utf8[at..], out _, out var taken) == OperationStatus.Done)
            at += taken;
        return at;
    }
}
