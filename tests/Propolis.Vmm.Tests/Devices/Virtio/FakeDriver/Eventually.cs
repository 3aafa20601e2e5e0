using System.Diagnostics;

namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>Waiting for what another thread does.</summary>
static class Eventually
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Returns when the state is reached; fails with <paramref name="what"/> after the limit.</summary>
    public static void Holds(string what, Func<bool> reached)
    {
        var clock = Stopwatch.StartNew();
        var spin = new SpinWait();
        while (!reached())
        {
            Assert.True(clock.Elapsed < Limit, $"not within {Limit}: {what}");
            spin.SpinOnce();
        }
    }
}
