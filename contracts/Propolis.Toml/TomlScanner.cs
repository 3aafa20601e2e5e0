using System.Globalization;
using System.Text;

namespace Propolis.Toml;

/// <summary>
/// Walks through the text of a document and knows the line and column; takes what stands between the values: blanks, line ends,
/// comments. The text holds no half surrogate pairs.
/// </summary>
sealed class TomlScanner(string text, string fileName)
{
    /// <summary>What <see cref="Current"/> is behind the last character.</summary>
    public const int End = -1;

    int _index;
    int _line = 1;
    int _column = 1;

    /// <summary>The UTF-16 unit to be taken next, or <see cref="End"/>.</summary>
    public int Current => Ahead(0);

    public TomlPosition Position => new(_line, _column);

    /// <summary>The unit that stands <paramref name="count"/> units behind the current one, or <see cref="End"/>.</summary>
    public int Ahead(int count) => _index + count < text.Length ? text[_index + count] : End;

    public bool At(string expected) => text.AsSpan(_index).StartsWith(expected, StringComparison.Ordinal);

    public void Advance()
    {
        var taken = text[_index++];
        if (taken == '\n')
        {
            _line++;
            _column = 1;
        }
        else if (!char.IsLowSurrogate(taken))
        {
            _column++;
        }
    }

    public bool Take(string expected)
    {
        if (!At(expected))
            return false;
        for (var i = 0; i < expected.Length; i++)
            Advance();
        return true;
    }

    /// <summary>Takes one line end, which is a line feed, alone or behind a carriage return.</summary>
    public bool TakeNewline() => Take("\n") || Take("\r\n");

    /// <summary>Takes all units that satisfy <paramref name="wanted"/>.</summary>
    public string TakeWhile(Func<int, bool> wanted)
    {
        var start = _index;
        while (wanted(Current))
            Advance();
        return text[start.._index];
    }

    /// <summary>Skips what TOML calls whitespace: spaces and tabs.</summary>
    public void SkipBlanks()
    {
        while (Current is ' ' or '\t')
            Advance();
    }

    /// <summary>Skips a comment, if one starts here, up to its line end.</summary>
    public void SkipComment()
    {
        if (Current != '#')
            return;
        while (Current != End && !AtNewline())
            TakePlain("a comment");
    }

    /// <summary>Skips blanks, comments and line ends, as between the values of an array.</summary>
    public void SkipBlankLines()
    {
        do
        {
            SkipBlanks();
            SkipComment();
        }
        while (TakeNewline());
    }

    /// <summary>Skips the rest of a line in which nothing but blanks and a comment may follow.</summary>
    /// <param name="behind">What the line already holds.</param>
    public void EndLine(string behind)
    {
        SkipBlanks();
        SkipComment();
        if (!TakeNewline() && Current != End)
            throw Fail($"{DescribeCurrent()} cannot follow {behind}; start a new line");
    }

    /// <summary>Takes one character that stands for itself; control characters other than tab never do.</summary>
    /// <param name="where">What the character would be part of.</param>
    public char TakePlain(string where)
    {
        var c = Current;
        if (c is (< ' ' and not '\t') or 0x7F)
            throw Fail($"{DescribeCurrent()} cannot stand in {where}");
        Advance();
        return (char)c;
    }

    public bool AtNewline() => Current == '\n' || (Current == '\r' && Ahead(1) == '\n');

    public TomlException Fail(string reason) => Fail(Position, reason);

    public TomlException Fail(TomlPosition position, string reason) => new(fileName, position, reason);

    /// <summary>Names the current character for a message.</summary>
    public string DescribeCurrent()
    {
        if (Current == End)
            return "the end of the file";
        if (AtNewline())
            return "the end of the line";
        var rune = Rune.GetRuneAt(text, _index);
        return IsVisible(rune) ? $"'{rune}'" : $"the character U+{rune.Value:X4}";
    }

    static bool IsVisible(Rune rune) =>
        !Rune.IsControl(rune) && !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format;
}
