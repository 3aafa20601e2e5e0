namespace Propolis.Toml;

/// <summary>Reads booleans, numbers and date-times: takes the characters that can be part of one, then decides what it is.</summary>
static class TomlScalarReader
{
    public static TomlValue Read(TomlScanner scanner)
    {
        var position = scanner.Position;
        var text = scanner.TakeWhile(CanBePart);
        if (text.Length == 0)
            throw scanner.Fail($"a value was expected here, not {scanner.DescribeCurrent()}");
        if (text is "true" or "false")
            return new TomlBoolean(text == "true", position);
        if (!TomlDateTimeReader.LooksLikeOne(text))
            return TomlNumberReader.Read(new TomlToken(text, position, scanner));
        if (TomlDateTimeReader.MayContinue(text) && scanner.Current == ' ' && char.IsAsciiDigit((char)Math.Max(0, scanner.Ahead(1))))
            text += TakeTimeBehindBlank(scanner);
        return TomlDateTimeReader.Read(new TomlToken(text, position, scanner));
    }

    /// <summary>A single space may stand for the T between date and time.</summary>
    static string TakeTimeBehindBlank(TomlScanner scanner)
    {
        scanner.Take(" ");
        return " " + scanner.TakeWhile(CanBePart);
    }

    static bool CanBePart(int c) => TomlKeySyntax.IsBare(c) || c is '+' or '.' or ':';
}
