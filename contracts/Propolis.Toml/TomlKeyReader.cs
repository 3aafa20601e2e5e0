namespace Propolis.Toml;

/// <summary>Reads keys: bare, quoted and dotted (TOML 1.0, "Keys").</summary>
static class TomlKeyReader
{
    /// <summary>Reads a key with all its parts, and the blanks around it.</summary>
    public static List<TomlKeyPart> Read(TomlScanner scanner)
    {
        var parts = new List<TomlKeyPart>();
        do
        {
            scanner.SkipBlanks();
            parts.Add(ReadPart(scanner));
            scanner.SkipBlanks();
        }
        while (scanner.Take("."));
        return parts;
    }

    static TomlKeyPart ReadPart(TomlScanner scanner)
    {
        var position = scanner.Position;
        if (scanner.At("\"\"\"") || scanner.At("'''"))
            throw scanner.Fail("a key cannot be a multi-line string; use one quote on each side");
        if (scanner.Current is '"' or '\'')
            return new TomlKeyPart(TomlStringReader.Read(scanner), position);
        var name = scanner.TakeWhile(TomlKeySyntax.IsBare);
        if (name.Length == 0)
            throw scanner.Fail($"a key was expected here, not {scanner.DescribeCurrent()}; "
                + "keys are made of A-Z a-z 0-9 _ - or stand in quotes");
        return new TomlKeyPart(name, position);
    }
}
