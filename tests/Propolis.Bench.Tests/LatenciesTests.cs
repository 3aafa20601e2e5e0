using System.Diagnostics;

namespace Propolis.Bench.Tests;

public sealed class LatenciesTests
{
    [Fact]
    public void Quantiles_lie_within_a_bucket_of_the_truth()
    {
        var latencies = new Latencies();
        for (var i = 1; i <= 100_000; i++)
            latencies.Add(i);
        foreach (var share in new[] { 0.001, 0.5, 0.99, 1.0 })
        {
            var ticks = latencies.Quantile(share) * Stopwatch.Frequency / 1e6;
            Assert.InRange(ticks, 100_000 * share, (100_000 * share * 1.02) + 2);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(1L << 60)]
    public void Any_duration_has_a_bucket_that_reaches_it(long ticks)
    {
        var latencies = new Latencies();
        latencies.Add(ticks);
        Assert.InRange(latencies.Quantile(1) * Stopwatch.Frequency / 1e6, ticks, Math.Max((ticks + 1) * 1.02, 1));
    }

    [Fact]
    public void Nothing_counted_has_no_quantiles() => Assert.True(double.IsNaN(new Latencies().Quantile(0.5)));

    [Fact]
    public void Added_counts_are_those_of_both()
    {
        Latencies one = new(), other = new();
        one.Add(10);
        other.Add(1000);
        one.Add(other);
        Assert.Equal(2, one.Count);
        Assert.True(one.Quantile(0.5) < one.Quantile(1));
    }
}
