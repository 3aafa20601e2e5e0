using System.Globalization;
using System.Text;

namespace Propolis.Bench.Reports;

/// <summary>Figures for people: tables that read well in a terminal and are Markdown at the same time.</summary>
public static class TextTable
{
    /// <summary>The whole report under a heading.</summary>
    public static string Format(BenchReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"## {report.Name}\n\n{report.When:yyyy-MM-dd HH:mm} UTC; {report.Machine}\n");
        foreach (var table in report.Tables)
            Append(text, table);
        text.Append('\n');
        foreach (var note in report.Notes)
            text.Append("- ").Append(note).Append('\n');
        return text.ToString();
    }

    /// <summary>A cell: numbers get three significant digits or all before the point.</summary>
    public static string Cell(object? value) => value switch
    {
        null => "",
        double.NaN => "",
        double number when Math.Abs(number) >= 100 => number.ToString("0", CultureInfo.InvariantCulture),
        double number when Math.Abs(number) >= 10 => number.ToString("0.#", CultureInfo.InvariantCulture),
        double number => number.ToString("0.##", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    static void Append(StringBuilder text, BenchTable table)
    {
        var lines = table.Rows.Select(row => row.Select(Cell).ToArray()).Prepend(table.Columns).ToList();
        var widths = table.Columns.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        text.Append('\n').Append(table.Title).Append("\n\n");
        AppendLine(text, lines[0], widths);
        AppendLine(text, widths.Select((width, column) => column == 0 ? new string('-', width) : new string('-', width - 1) + ":").ToArray(), widths);
        foreach (var line in lines.Skip(1))
            AppendLine(text, line, widths);
    }

    static void AppendLine(StringBuilder text, string[] cells, int[] widths)
    {
        for (var i = 0; i < cells.Length; i++)
            text.Append("| ").Append(i == 0 ? cells[i].PadRight(widths[i]) : cells[i].PadLeft(widths[i])).Append(' ');
        text.Append("|\n");
    }
}
