using System.Diagnostics;
using System.Numerics;

namespace Propolis.Bench;

/// <summary>Counts durations in buckets of 1.6 % width without allocating. One writer at a time.</summary>
public sealed class Latencies
{
    const int BitsWithin = 6;
    readonly long[] _buckets = new long[(66 - BitsWithin) << BitsWithin];

    /// <summary>Durations counted.</summary>
    public long Count { get; private set; }

    /// <summary>Counts one, in ticks of <see cref="Stopwatch"/>.</summary>
    public void Add(long ticks)
    {
        _buckets[BucketOf((ulong)Math.Max(ticks, 0))]++;
        Count++;
    }

    /// <summary>Takes the counts of another.</summary>
    public void Add(Latencies other)
    {
        for (var i = 0; i < _buckets.Length; i++)
            _buckets[i] += other._buckets[i];
        Count += other.Count;
    }

    /// <summary>The duration that a share of all does not exceed, in microseconds.</summary>
    public double Quantile(double share)
    {
        var wanted = (long)Math.Ceiling(Count * share);
        for (var i = 0; i < _buckets.Length; i++)
        {
            wanted -= _buckets[i];
            if (wanted <= 0 && Count > 0)
                return UpperEnd(i) * 1e6 / Stopwatch.Frequency;
        }

        return double.NaN;
    }

    // Exact below 64, then 64 buckets for each power of two.
    static int BucketOf(ulong value)
    {
        var shift = Math.Max(0, BitOperations.Log2(value | 1) - BitsWithin);
        return (shift << BitsWithin) + (int)(value >> shift);
    }

    static double UpperEnd(int bucket)
    {
        var shift = Math.Max(0, (bucket >> BitsWithin) - 1);
        return (double)((ulong)(bucket - (shift << BitsWithin) + 1) << shift);
    }
}
