using System.Text.Json;
using System.Text.Json.Serialization;

namespace Propolis.Bench.Reports;

/// <summary>Figures for programs: one file per bench, rows as objects named by their columns.</summary>
public static class JsonReport
{
    static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Writes <c>NAME.json</c> into a folder and returns its path.</summary>
    public static string Write(string folder, BenchReport report)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, report.Name + ".json");
        File.WriteAllText(file, Format(report));
        return file;
    }

    /// <summary>The JSON text.</summary>
    public static string Format(BenchReport report) => JsonSerializer.Serialize(
        new
        {
            report.Name,
            report.When,
            report.Machine,
            Tables = report.Tables.Select(table => new { table.Title, Rows = table.Rows.Select(row => Named(table, row)).ToList() }).ToList(),
            report.Notes,
        },
        Options) + "\n";

    static Dictionary<string, object?> Named(BenchTable table, object?[] row) =>
        table.Columns.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second);
}
