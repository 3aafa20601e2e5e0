using System.Buffers.Text;
using System.Text;
using Propolis.Contracts.Results;

namespace Propolis.Silo.Rest;

/// <summary>Tokens for the next part of a list: the last key, made unreadable so that nobody builds on its form.</summary>
public static class PageTokens
{
    const string Form = "1 ";
    const int Longest = 256;

    /// <summary>A token.</summary>
    /// <param name="list">Which list it is of.</param>
    /// <param name="after">The last key shown; null when there is no more.</param>
    public static string? Write(string list, string? after) =>
        after is null ? null : Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Form}{list} {after}"));

    /// <summary>The key in a token.</summary>
    /// <param name="list">Which list is asked for.</param>
    /// <param name="token">What came with the request.</param>
    /// <exception cref="RefusedException">It is no token of this list.</exception>
    public static string? Read(string list, string? token)
    {
        if (token is null)
            return null;
        var start = $"{Form}{list} ";
        var bytes = new byte[Longest];
        if (token.Length <= Longest && Base64Url.IsValid(token) && Base64Url.TryDecodeFromChars(token, bytes, out var count)
            && Encoding.UTF8.GetString(bytes, 0, count) is var text && text.Length > start.Length && text.StartsWith(start, StringComparison.Ordinal))
            return text[start.Length..];
        throw new RefusedException(RefusalCode.Invalid, $"page is not the token of a page of {list}; send what \"next\" of the page before was");
    }
}
