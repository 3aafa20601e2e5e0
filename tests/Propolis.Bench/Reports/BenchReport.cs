namespace Propolis.Bench.Reports;

/// <summary>What one run of one bench found, where and when.</summary>
/// <param name="Name">The bench.</param>
/// <param name="When">When it ended.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Tables">The figures.</param>
/// <param name="Notes">What a reader must know to judge them.</param>
public sealed record BenchReport(
    string Name, DateTimeOffset When, MachineFacts Machine, IReadOnlyList<BenchTable> Tables, IReadOnlyList<string> Notes);
