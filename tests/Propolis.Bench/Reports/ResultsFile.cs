namespace Propolis.Bench.Reports;

/// <summary>A checked-in file with the newest figures of every bench, one section each.</summary>
public static class ResultsFile
{
    /// <summary>Writes a report over the section of its bench, or behind the others.</summary>
    public static void Replace(string file, BenchReport report)
    {
        var before = File.Exists(file) ? File.ReadAllText(file) : "# Results\n";
        File.WriteAllText(file, Replace(before, report.Name, TextTable.Format(report)));
    }

    /// <summary>The text with the section <c>## name</c> replaced or added.</summary>
    public static string Replace(string text, string name, string section)
    {
        var heading = $"\n## {name}\n";
        var start = text.IndexOf(heading, StringComparison.Ordinal);
        if (start < 0)
            return text.TrimEnd('\n') + "\n\n" + section;
        var next = text.IndexOf("\n## ", start + heading.Length, StringComparison.Ordinal);
        return text[..(start + 1)] + section + (next < 0 ? "" : text[next..]);
    }
}
