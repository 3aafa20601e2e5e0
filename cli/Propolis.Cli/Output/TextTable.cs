namespace Propolis.Cli.Output;

/// <summary>Columns as wide as their widest cell, two spaces apart, so that people read them and simple tools cut them.</summary>
static class TextTable
{
    const string Gap = "  ";

    /// <summary>Writes the header in capitals, then the rows.</summary>
    public static void Write(TextWriter to, string[] headers, IReadOnlyList<string[]> rows)
    {
        string[][] all = [[.. headers.Select(header => header.ToUpperInvariant())], .. rows];
        var widths = headers.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        foreach (var row in all) to.WriteLine(string.Join(Gap, row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>Writes names and values, one pair a line.</summary>
    public static void WritePairs(TextWriter to, params (string Name, string? Value)[] pairs)
    {
        var width = pairs.Max(pair => pair.Name.Length) + 1;
        foreach (var (name, value) in pairs) to.WriteLine($"{(name + ":").PadRight(width)} {value ?? "-"}");
    }
}
