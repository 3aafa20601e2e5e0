using System.Text;

namespace Propolis.Toml;

/// <summary>Reads the four forms of strings (TOML 1.0, "String").</summary>
static class TomlStringReader
{
    /// <summary>Reads the string that starts at the current quote.</summary>
    public static string Read(TomlScanner scanner)
    {
        var start = scanner.Position;
        var quote = scanner.Current == '"' ? "\"" : "'";
        var threeQuotes = quote + quote + quote;
        return scanner.Take(threeQuotes)
            ? ReadMultiLine(scanner, start, threeQuotes)
            : ReadSingleLine(scanner, start, quote);
    }

    static string ReadSingleLine(TomlScanner scanner, TomlPosition start, string quote)
    {
        var text = new StringBuilder();
        scanner.Take(quote);
        while (!scanner.Take(quote))
        {
            if (scanner.AtNewline() || scanner.Current == TomlScanner.End)
                throw scanner.Fail(start, $"the string is not closed on its line; end it with {quote}");
            if (quote == "\"" && scanner.Current == '\\')
                ReadEscape(scanner, text);
            else
                text.Append(scanner.TakePlain("a string"));
        }
        return text.ToString();
    }

    static string ReadMultiLine(TomlScanner scanner, TomlPosition start, string closing)
    {
        var text = new StringBuilder();
        scanner.TakeNewline();
        while (!TakeClosing(scanner, text, closing))
        {
            if (scanner.Current == TomlScanner.End)
                throw scanner.Fail(start, $"the multi-line string is not closed; end it with {closing}");
            if (scanner.TakeNewline())
                text.Append('\n');
            else if (closing[0] == '"' && scanner.Current == '\\')
                ReadMultiLineEscape(scanner, text);
            else
                text.Append(scanner.TakePlain("a multi-line string"));
        }
        return text.ToString();
    }

    /// <summary>Takes the closing quotes. One or two more quotes directly before them belong to the text.</summary>
    static bool TakeClosing(TomlScanner scanner, StringBuilder text, string closing)
    {
        if (!scanner.At(closing))
            return false;
        for (var extra = 0; extra < 2 && scanner.Ahead(closing.Length) == closing[0]; extra++)
            text.Append(scanner.TakePlain("a string"));
        return scanner.Take(closing);
    }

    /// <summary>A backslash at the end of a line takes away all blanks and line ends up to the next character.</summary>
    static void ReadMultiLineEscape(TomlScanner scanner, StringBuilder text)
    {
        if (!(scanner.Ahead(1) is ' ' or '\t' or '\n' or '\r'))
        {
            ReadEscape(scanner, text);
            return;
        }
        var backslash = scanner.Position;
        scanner.Advance();
        scanner.SkipBlanks();
        if (!scanner.AtNewline())
            throw scanner.Fail(backslash, "a backslash before blanks must end its line; write \\\\ for a backslash");
        do
            scanner.SkipBlanks();
        while (scanner.TakeNewline());
    }

    static void ReadEscape(TomlScanner scanner, StringBuilder text)
    {
        var backslash = scanner.Position;
        scanner.Advance();
        var letter = scanner.Current;
        if (letter is 'u' or 'U')
        {
            scanner.Advance();
            text.Append(ReadScalar(scanner, backslash, letter == 'u' ? 4 : 8).ToString());
            return;
        }
        text.Append(Unescape(letter) ?? throw scanner.Fail(backslash,
            $"{scanner.DescribeCurrent()} behind a backslash is no escape of TOML 1.0; "
            + "those are \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX"));
        scanner.Advance();
    }

    static char? Unescape(int letter) => letter switch
    {
        'b' => '\b',
        't' => '\t',
        'n' => '\n',
        'f' => '\f',
        'r' => '\r',
        '"' => '"',
        '\\' => '\\',
        _ => null,
    };

    static Rune ReadScalar(TomlScanner scanner, TomlPosition backslash, int digits)
    {
        var code = 0u;
        for (var i = 0; i < digits; i++)
        {
            if (TomlDigits.ValueOf(scanner.Current, 16) is not { } digit)
                throw scanner.Fail(backslash, $"the escape needs exactly {digits} hexadecimal digits");
            code = (code << 4) | (uint)digit;
            scanner.Advance();
        }
        return Rune.TryCreate(code, out var scalar)
            ? scalar
            : throw scanner.Fail(backslash, "the escape names no Unicode scalar value; those are 0 to D7FF and E000 to 10FFFF");
    }
}
