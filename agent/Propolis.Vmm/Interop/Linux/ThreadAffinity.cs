using System.Runtime.InteropServices;

namespace Propolis.Vmm.Interop.Linux;

/// <summary>Binds the calling thread to a CPU of the host.</summary>
static unsafe partial class ThreadAffinity
{
    const int MaxCpus = 1024;
    const int CallingThread = 0;

    /// <summary>Binds it. A CPU that is not there, or not allowed, leaves the thread where it was: binding is a wish for speed.</summary>
    public static void Set(int cpu)
    {
        if ((uint)cpu >= MaxCpus) return;
        // SAFETY: cpu_set_t is 1024 bits; the mask lives on this stack during the call.
        var mask = stackalloc ulong[MaxCpus / 64];
        new Span<ulong>(mask, MaxCpus / 64).Clear();
        mask[cpu / 64] = 1UL << (cpu % 64);
        _ = SetAffinity(CallingThread, MaxCpus / 8, mask);
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    internal static partial int SetAffinity(int thread, nuint length, ulong* mask);
}
