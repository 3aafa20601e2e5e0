using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>What this host's KVM offers, read once per virtual machine.</summary>
sealed unsafe class KvmHostFeatures
{
    const int LegacyXsaveLength = 4096;

    /// <summary>Asks the system descriptor and the virtual machine's.</summary>
    public KvmHostFeatures(DescriptorHandle kvm, DescriptorHandle machine)
    {
        Cpuid = KvmCpuid.ReadSupported(kvm);
        MsrIndices = ReadMsrIndices(kvm);
        XsaveLength = Math.Max(LegacyXsaveLength, KvmLibrary.Ioctl(machine.Value, KvmIoctl.CheckExtension, KvmCap.Xsave2));
        AcceptsAnyDoorbellWidth = KvmLibrary.Ioctl(machine.Value, KvmIoctl.CheckExtension, KvmCap.IoeventfdAnyLength) > 0;
        CanScaleTsc = KvmLibrary.Ioctl(machine.Value, KvmIoctl.CheckExtension, KvmCap.TscControl) > 0;
        RunPageLength = (nuint)KvmCall.Invoke(kvm, KvmIoctl.GetVcpuMmapSize, 0, "tell the size of a run page");
    }

    /// <summary>The CPUID leaves that guests can have.</summary>
    public CpuidEntry[] Cpuid { get; }

    /// <summary>MSRs that belong to a vCPU's state and are read as registers.</summary>
    public uint[] MsrIndices { get; }

    /// <summary>Bytes of an XSAVE area.</summary>
    public int XsaveLength { get; }

    /// <summary>A memory doorbell may leave its width open.</summary>
    public bool AcceptsAnyDoorbellWidth { get; }

    /// <summary>The processor scales the time-stamp counter for guests.</summary>
    public bool CanScaleTsc { get; }

    /// <summary>Bytes that a vCPU shares with the kernel.</summary>
    public nuint RunPageLength { get; }

    static uint[] ReadMsrIndices(DescriptorHandle kvm)
    {
        using var list = KvmList<uint>.Query(kvm, KvmIoctl.GetMsrIndexList, sizeof(KvmMsrList), "list its MSRs");
        return [.. list.Entries.ToArray().Where(MsrRules.IsState).Union(MsrRules.MemoryTypes)];
    }
}
