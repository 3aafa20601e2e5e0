using System.Text.Json;
using Propolis.Bench.Reports;

namespace Propolis.Bench.Tests;

public sealed class ReportTests
{
    static readonly MachineFacts Machine = new("a processor", 2, 4, "a system", "a runtime", 0.5);

    [Fact]
    public void Tables_are_markdown_with_aligned_columns()
    {
        var text = TextTable.Format(Report("speed", 1234.6));
        Assert.Contains("## speed\n\n2026-01-02 03:04 UTC; a processor, 2 cores", text);
        Assert.Contains("| what  |  MB/s | none |\n| ----- | ----: | ---: |\n| disk  |  1235 |      |\n", text);
        Assert.Contains("\n- a note\n", text);
    }

    [Fact]
    public void Json_names_cells_by_column()
    {
        using var json = JsonDocument.Parse(JsonReport.Format(Report("speed", 1.5)));
        var row = json.RootElement.GetProperty("tables")[0].GetProperty("rows")[0];
        Assert.Equal("disk", row.GetProperty("what").GetString());
        Assert.Equal(1.5, row.GetProperty("MB/s").GetDouble());
        Assert.Equal(JsonValueKind.Null, row.GetProperty("none").ValueKind);
    }

    [Fact]
    public void A_section_replaces_its_own_and_leaves_the_others()
    {
        var text = ResultsFile.Replace("# Results\n", "one", "## one\n\nold\n");
        text = ResultsFile.Replace(text, "two", "## two\n\nstays\n");
        text = ResultsFile.Replace(text, "one", "## one\n\nnew\n");
        Assert.Equal("# Results\n\n## one\n\nnew\n\n## two\n\nstays\n", text);
        Assert.Equal(text, ResultsFile.Replace(text, "two", "## two\n\nstays\n"));
    }

    [Fact]
    public void A_row_of_another_width_is_refused() => Assert.Throws<ArgumentException>(() => new BenchTable("t", "a", "b").Add(1));

    [Fact]
    public void The_machine_is_described() => Assert.Contains($"{Environment.ProcessorCount} cores", MachineFacts.Read().ToString());

    static BenchReport Report(string name, double value)
    {
        var table = new BenchTable("Speeds", "what", "MB/s", "none");
        table.Add("disk", value, null);
        table.Add("other", 10000.0, double.NaN);
        return new BenchReport(name, new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero), Machine, [table], ["a note"]);
    }
}
