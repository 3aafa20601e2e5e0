using System.Runtime.InteropServices;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>
/// One of KVM's variable-length arguments in native memory: a head whose first 32 bits count the entries, then the entries
/// (kvm_cpuid2, kvm_msrs with a head of 8 bytes, kvm_msr_list with 4).
/// </summary>
sealed unsafe class KvmList<T> : IDisposable where T : unmanaged
{
    readonly byte* _memory;
    readonly int _headLength;

    /// <summary>A list of <paramref name="count"/> zeroed entries.</summary>
    public KvmList(int count, int headLength = 8)
    {
        _headLength = headLength;
        // SAFETY: freed once, in Dispose; entries are reached through the bounds-checked span only.
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(headLength + count * sizeof(T)));
        Capacity = count;
        Count = count;
    }

    /// <summary>Entries that fit.</summary>
    public int Capacity { get; }

    /// <summary>Entries in use, as the kernel reads and writes it.</summary>
    public int Count
    {
        get => *(int*)_memory;
        set => *(int*)_memory = value;
    }

    /// <summary>The entries in use.</summary>
    public Span<T> Entries => new(_memory + _headLength, Math.Min(Count, Capacity));

    /// <summary>What the ioctl gets.</summary>
    public void* Pointer => _memory;

    /// <summary>Reads a list whose length only the kernel knows: asks again with more room while it answers E2BIG.</summary>
    public static KvmList<T> Query(DescriptorHandle target, nuint request, int headLength, string what)
    {
        for (var room = 64; ; room *= 2)
        {
            var list = new KvmList<T>(room, headLength);
            if (KvmLibrary.Ioctl(target.Value, request, list.Pointer) >= 0) return list;
            var error = Marshal.GetLastPInvokeError();
            list.Dispose();
            if (error != KvmLibrary.E2big || room > 1 << 16)
                throw new HypervisorException($"KVM refused to {what}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).", error);
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => NativeMemory.Free(_memory);
}
