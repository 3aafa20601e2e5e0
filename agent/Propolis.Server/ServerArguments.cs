using System.Net;

namespace Propolis.Server;

/// <summary>
/// The words behind <c>run</c>, in all their forms: <c>CONFIG IP:PORT</c> of old, <c>BOOTROM IP:PORT [VNC]</c> of today, and none of them when options say it.
/// </summary>
static class ServerArguments
{
    /// <summary>Most words there can be.</summary>
    public const int Most = 3;

    /// <summary>Splits the words: the file comes first unless there is none, then where to listen, then where VNC should. Throws <see cref="UsageException"/>.</summary>
    public static (string? Source, IPEndPoint? Listen, IPEndPoint? Vnc) Split(IReadOnlyList<string> words)
    {
        var source = words.Count > 0 && Address(words[0]) is null ? words[0] : null;
        var addresses = words.Skip(source is null ? 0 : 1).Select(word => Address(word) ?? throw NoAddress(word)).ToArray();
        return addresses.Length <= 2
            ? (source, addresses.ElementAtOrDefault(0), addresses.ElementAtOrDefault(1))
            : throw new UsageException($"run takes a file, where to listen, and where VNC listens; '{words[^1]}' is too much.");
    }

    /// <summary>An address and port, or a sentence that names the text.</summary>
    public static IPEndPoint MustBeAddress(string text) => Address(text) ?? throw NoAddress(text);

    static IPEndPoint? Address(string text) => text.Contains(':', StringComparison.Ordinal) && !text.EndsWith(']') && IPEndPoint.TryParse(text, out var address) ? address : null;

    static UsageException NoAddress(string word) => new($"'{word}' is no address; one such as 127.0.0.1:12400 is needed.");
}
