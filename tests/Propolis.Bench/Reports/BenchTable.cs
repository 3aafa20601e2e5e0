namespace Propolis.Bench.Reports;

/// <summary>A table of figures: a cell is a text, a number or null.</summary>
/// <param name="Title">What it shows, units included.</param>
/// <param name="Columns">Names of the columns; the first names the row.</param>
public sealed record BenchTable(string Title, params string[] Columns)
{
    /// <summary>The rows, as wide as the columns.</summary>
    public List<object?[]> Rows { get; } = [];

    /// <summary>Adds a row.</summary>
    /// <exception cref="ArgumentException">It is not as wide as the columns.</exception>
    public void Add(params object?[] cells)
    {
        if (cells.Length != Columns.Length)
            throw new ArgumentException($"a row of {cells.Length} cells does not fit {Columns.Length} columns", nameof(cells));
        Rows.Add(cells);
    }
}
