namespace Propolis.Toml;

/// <summary>Digits of the four bases and the underscores between them (TOML 1.0, "Integer").</summary>
static class TomlDigits
{
    /// <summary>What a digit counts in a base, or nothing when it is none. <paramref name="c"/> may be the end of the text.</summary>
    public static int? ValueOf(int c, int numberBase)
    {
        var value = c switch
        {
            >= '0' and <= '9' => c - '0',
            >= 'a' and <= 'f' => c - 'a' + 10,
            >= 'A' and <= 'F' => c - 'A' + 10,
            _ => int.MaxValue,
        };
        return value < numberBase ? value : null;
    }

    /// <summary>Whether a text is one or more digits, with single underscores between digits only.</summary>
    public static bool AreValid(ReadOnlySpan<char> text, int numberBase)
    {
        var digitBefore = false;
        foreach (var c in text)
        {
            var digit = ValueOf(c, numberBase) is not null;
            if (!digit && !(c == '_' && digitBefore))
                return false;
            digitBefore = digit;
        }
        return digitBefore;
    }
}
