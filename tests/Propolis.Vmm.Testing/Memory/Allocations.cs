namespace Propolis.Vmm.Tests.Memory;

/// <summary>What a piece of work allocates on its thread.</summary>
static class Allocations
{
    const int Runs = 10;

    /// <summary>
    /// The least bytes of up to ten runs. A collection that another thread causes meanwhile makes the runtime count what was left of this thread's allocation buffer; what the work itself
    /// allocates is there in every run.
    /// </summary>
    public static long Least(Action work)
    {
        var least = long.MaxValue;
        for (var run = 0; run < Runs && least > 0; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
