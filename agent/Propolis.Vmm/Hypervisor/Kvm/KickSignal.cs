using System.Runtime.InteropServices;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>
/// The signal that makes KVM_RUN return. Its handler does nothing and must not be managed code: the C library's <c>abs</c> takes an int and has no
/// effect (facts: bhyve.md section 5). The runtime uses lower realtime signals, none of its own is touched.
/// </summary>
static unsafe class KickSignal
{
    const int Number = 40;

    // KVM_RUN ends with EINTR all the same; what else a vCPU's thread may be doing (a device that writes a file) goes on undisturbed.
    const int RestartSystemCalls = 0x10000000;

    static readonly Lazy<bool> Installed = new(Install);

    [ThreadStatic]
    static int ThisThread;

    /// <summary>Kernel id of the calling thread.</summary>
    public static int CurrentThread => ThisThread != 0 ? ThisThread : ThisThread = KvmLibrary.ThreadId();

    /// <summary>Installs the handler once per process.</summary>
    public static void EnsureInstalled() => _ = Installed.Value;

    /// <summary>Sends the signal to a thread of this process; a thread that is gone is no error.</summary>
    public static void Send(int thread) => _ = KvmLibrary.ThreadSignal(Environment.ProcessId, thread, Number);

    static bool Install()
    {
        var action = new SignalDisposition
        {
            Handler = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "abs"),
            Flags = RestartSystemCalls,
        };
        // SAFETY: the kernel copies the local before the call returns; the library is never unloaded.
        KvmCall.Check(KvmLibrary.SignalAction(Number, &action, null), "install the kick signal");
        return true;
    }
}
