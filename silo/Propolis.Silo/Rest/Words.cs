using System.Text.Json;
using Propolis.Contracts.Results;

namespace Propolis.Silo.Rest;

/// <summary>Checks words of query strings and bodies.</summary>
public static class Words
{
    /// <summary>The longest reason.</summary>
    public const int LongestReason = 500;

    /// <summary>A word that must be one of an enum's, in snake case; null stays null.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <param name="where">What holds it, for the sentence.</param>
    /// <param name="word">The word.</param>
    public static string? Check<T>(string where, string? word)
        where T : struct, Enum
    {
        if (word is null)
            return null;
        var known = Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).ToArray();
        return known.Contains(word) ? word : throw new RefusedException(RefusalCode.Invalid, $"{where} is \"{word}\"; it must be one of {string.Join(", ", known)}");
    }

    /// <summary>A reason that is not too long; null stays null.</summary>
    /// <param name="reason">The reason.</param>
    public static string? CheckReason(string? reason) => reason is null or { Length: <= LongestReason }
        ? reason
        : throw new RefusedException(RefusalCode.Invalid, $"reason has {reason.Length} characters; {LongestReason} are allowed");
}
