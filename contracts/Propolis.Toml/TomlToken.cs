namespace Propolis.Toml;

/// <summary>The text of a value that is neither string, array nor table.</summary>
/// <param name="Text">All of it, never empty.</param>
/// <param name="Position">Where it starts.</param>
/// <param name="Scanner">Where it came from; makes its messages.</param>
readonly record struct TomlToken(string Text, TomlPosition Position, TomlScanner Scanner)
{
    const int LongestShown = 40;

    /// <summary>The mistake that the token as a whole is; the reason starts behind the token.</summary>
    public TomlException Fail(string reason)
    {
        var shown = Text.Length <= LongestShown ? Text : string.Concat(Text.AsSpan(0, LongestShown), "...");
        return Scanner.Fail(Position, $"{shown} {reason}");
    }
}
