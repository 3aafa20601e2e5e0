using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>CPUID lists between KVM's form and ours.</summary>
static unsafe class KvmCpuid
{
    const uint TscDeadline = 1u << 24;

    /// <summary>What KVM can offer a guest here, without nested virtualization.</summary>
    public static CpuidEntry[] ReadSupported(DescriptorHandle kvm)
    {
        using var list = KvmList<KvmCpuidEntry2>.Query(kvm, KvmIoctl.GetSupportedCpuid, sizeof(KvmCpuid2), "list the CPUID leaves it supports");
        var entries = new CpuidEntry[list.Entries.Length];
        for (var i = 0; i < entries.Length; i++) entries[i] = FromKvm(list.Entries[i]);
        // KVM reports the deadline timer as a capability, because it depends on the local APIC being in the kernel.
        var hasDeadline = KvmLibrary.Ioctl(kvm.Value, KvmIoctl.CheckExtension, KvmCap.TscDeadlineTimer) > 0;
        return CpuidRules.ForGuests(entries, hasDeadline ? TscDeadline : 0);
    }

    /// <summary>Gives a vCPU its leaves; false when KVM does not accept them.</summary>
    public static bool TrySet(DescriptorHandle vcpu, IReadOnlyList<CpuidEntry> entries)
    {
        using var list = new KvmList<KvmCpuidEntry2>(entries.Count);
        for (var i = 0; i < entries.Count; i++) list.Entries[i] = ToKvm(entries[i]);
        return KvmLibrary.Ioctl(vcpu.Value, KvmIoctl.SetCpuid2, list.Pointer) >= 0;
    }

    static CpuidEntry FromKvm(in KvmCpuidEntry2 entry) =>
        new(entry.Function, (entry.Flags & KvmConstants.CpuidFlagSignifcantIndex) != 0 ? entry.Index : null,
            entry.Eax, entry.Ebx, entry.Ecx, entry.Edx);

    static KvmCpuidEntry2 ToKvm(CpuidEntry entry) => new()
    {
        Function = entry.Leaf,
        Index = entry.Subleaf ?? 0,
        Flags = entry.Subleaf is null ? 0 : KvmConstants.CpuidFlagSignifcantIndex,
        Eax = entry.Eax,
        Ebx = entry.Ebx,
        Ecx = entry.Ecx,
        Edx = entry.Edx,
    };
}
