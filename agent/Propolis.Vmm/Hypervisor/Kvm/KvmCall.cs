using System.Runtime.InteropServices;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>ioctl with its failure turned into a <see cref="HypervisorException"/> that names the request.</summary>
static unsafe class KvmCall
{
    /// <summary>Calls with a pointer to a structure and returns the result.</summary>
    public static int Invoke(DescriptorHandle target, nuint request, void* argument, string what) =>
        Invoke(target, request, (nint)argument, what);

    /// <summary>Calls with a number and returns the result. A call that a kick's signal broke off is made again (creating things waits for kernel threads).</summary>
    public static int Invoke(DescriptorHandle target, nuint request, nint argument, string what)
    {
        int result;
        do result = KvmLibrary.Ioctl(target.Value, request, argument);
        while (result < 0 && Marshal.GetLastPInvokeError() == KvmLibrary.Eintr);
        return Check(result, what);
    }

    /// <summary>Passes a result on, or throws for -1 with the errno of the call just made.</summary>
    public static int Check(int result, string what)
    {
        if (result >= 0) return result;
        var error = Marshal.GetLastPInvokeError();
        throw new HypervisorException($"KVM refused to {what}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).", error);
    }
}
