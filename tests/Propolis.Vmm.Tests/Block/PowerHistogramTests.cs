using FsCheck.Fluent;
using FsCheck;
using Propolis.Vmm.Block;

namespace Propolis.Vmm.Tests.Block;

public sealed class PowerHistogramTests
{
    [Fact]
    public void Each_value_is_in_the_bucket_whose_bound_it_does_not_pass() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), value =>
        {
            var histogram = new PowerHistogram(20);
            histogram.Record(value);
            var bucket = Enumerable.Range(0, 20).Single(i => histogram[i] == 1);
            var isBelowBound = bucket == 19 || value <= PowerHistogram.UpperBound(bucket);
            var isAboveTheLast = bucket == 0 || value > PowerHistogram.UpperBound(bucket - 1);
            return isBelowBound && isAboveTheLast && histogram.Sum == Math.Max(0, value);
        }).QuickCheckThrowOnFailure();
}
