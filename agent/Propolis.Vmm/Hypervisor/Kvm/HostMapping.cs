using System.Runtime.InteropServices;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>
/// Anonymous memory of this process that backs a guest region: zeroed, taken from the host only when touched, aligned so that huge pages fit, and
/// left out of core dumps.
/// </summary>
sealed class HostMapping : IDisposable
{
    const ulong HugePage = 2 << 20;

    readonly nuint _length;
    nint _address;

    /// <summary>Maps <paramref name="length"/> bytes.</summary>
    public HostMapping(ulong length)
    {
        _length = (nuint)length;
        var padded = (nuint)(length + HugePage);
        var start = KvmLibrary.Map(0, padded, KvmLibrary.ProtectRead | KvmLibrary.ProtectWrite,
            KvmLibrary.MapPrivate | KvmLibrary.MapAnonymous | KvmLibrary.MapNoReserve, -1, 0);
        if (start == KvmLibrary.MapFailed)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new HypervisorException($"The host has no room for {length} bytes of guest memory: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).", error);
        }
        _address = (nint)(((ulong)start + HugePage - 1) & ~(HugePage - 1));
        Trim(start, (nuint)(_address - start));
        Trim(_address + (nint)_length, padded - _length - (nuint)(_address - start));
        // Both are advice: a kernel without them maps small pages, or dumps more.
        _ = KvmLibrary.Advise(_address, _length, KvmLibrary.AdviseHugePage);
        _ = KvmLibrary.Advise(_address, _length, KvmLibrary.AdviseDontDump);
    }

    /// <summary>First byte.</summary>
    public nint Address => _address;

    /// <summary>Gives the memory back; nothing may point into it any more.</summary>
    public void Dispose()
    {
        if (_address == 0) return;
        _ = KvmLibrary.Unmap(_address, _length);
        _address = 0;
    }

    static void Trim(nint start, nuint length)
    {
        if (length > 0) _ = KvmLibrary.Unmap(start, length);
    }
}
