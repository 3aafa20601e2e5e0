using System.Diagnostics.CodeAnalysis;

namespace Propolis.Contracts.Ids;

/// <summary>Reads ids: prefix, then 1 to 64 of <c>a-z 0-9 - _ .</c>, never ending in something else.</summary>
public static class EntityId
{
    const int LongestSuffix = 64;

    /// <summary>Reads an id that may be wrong.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The id.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse<T>([NotNullWhen(true)] string? text, out T id)
        where T : struct, IEntityId<T>
    {
        id = default;
        if (text is null || !text.StartsWith(T.Prefix, StringComparison.Ordinal))
            return false;
        var suffix = text.AsSpan(T.Prefix.Length);
        if (suffix.Length is 0 or > LongestSuffix || suffix.ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-_."))
            return false;
        id = T.Make(text);
        return true;
    }

    /// <summary>Reads an id that was checked before.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static T Parse<T>(string text)
        where T : struct, IEntityId<T> =>
        TryParse<T>(text, out var id) ? id : throw new FormatException($"\"{text}\" is not an id; it must be \"{T.Prefix}\" and then up to 64 of a-z, 0-9, '-', '_' and '.'");

    /// <summary>An id from a UUID.</summary>
    /// <param name="uuid">The UUID.</param>
    public static T From<T>(Guid uuid)
        where T : struct, IEntityId<T> => T.Make(T.Prefix + uuid.ToString("D"));
}
