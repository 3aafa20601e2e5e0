using System.Numerics;

namespace Propolis.Vmm.Block;

/// <summary>Counts values by their magnitude: bucket 0 holds 0 and 1, bucket n values above 2 to the power of n-1 up to 2 to the power of n; the last holds the rest. From any thread.</summary>
public sealed class PowerHistogram(int buckets)
{
    readonly long[] _counts = new long[buckets];
    long _sum;

    /// <summary>How many buckets.</summary>
    public int Buckets => _counts.Length;

    /// <summary>Sum of all values.</summary>
    public long Sum => Volatile.Read(ref _sum);

    /// <summary>Values in a bucket.</summary>
    public long this[int bucket] => Volatile.Read(ref _counts[bucket]);

    /// <summary>The largest value that a bucket holds; for the last one there is no limit.</summary>
    public static long UpperBound(int bucket) => 1L << bucket;

    /// <summary>Counts a value; negative ones count as 0.</summary>
    public void Record(long value)
    {
        var bucket = value <= 1 ? 0 : BitOperations.Log2((ulong)(value - 1)) + 1;
        Interlocked.Increment(ref _counts[Math.Min(bucket, _counts.Length - 1)]);
        Interlocked.Add(ref _sum, Math.Max(value, 0));
    }
}
