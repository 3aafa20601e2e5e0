using System.CommandLine;
using System.Text.Json;

namespace Propolis.Cli.Cluster;

/// <summary>Words of enums, as REST and people write them: <c>on-failure</c>, <c>storage_fenced</c>.</summary>
static class Words
{
    /// <summary>The word, with hyphens.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    /// <summary>All words.</summary>
    public static string[] All<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(Of)];

    /// <summary>The value of a word; underscores count as hyphens.</summary>
    public static bool TryRead<T>(string word, out T value)
        where T : struct, Enum
    {
        value = default;
        foreach (var one in Enum.GetValues<T>())
        {
            if (Of(one) != word.Replace('_', '-')) continue;
            value = one;
            return true;
        }
        return false;
    }

    /// <summary>An option that takes one of the words.</summary>
    public static Option<T?> Option<T>(string name, string description)
        where T : struct, Enum
    {
        var option = new Option<T?>(name)
        {
            Description = $"{description}: {string.Join(", ", All<T>())}",
            CustomParser = result =>
            {
                if (TryRead<T>(result.Tokens[0].Value, out var value)) return value;
                result.AddError($"{name} is '{result.Tokens[0].Value}'; it must be one of {string.Join(", ", All<T>())}");
                return null;
            },
        };
        option.CompletionSources.Add(All<T>());
        return option;
    }
}
