using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Propolis.Vmm.Interop.Linux;

/// <summary>struct kvm_regs.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmRegs
{
    public ulong Rax;
    public ulong Rbx;
    public ulong Rcx;
    public ulong Rdx;
    public ulong Rsi;
    public ulong Rdi;
    public ulong Rsp;
    public ulong Rbp;
    public ulong R8;
    public ulong R9;
    public ulong R10;
    public ulong R11;
    public ulong R12;
    public ulong R13;
    public ulong R14;
    public ulong R15;
    public ulong Rip;
    public ulong Rflags;
}

/// <summary>struct kvm_segment.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmSegment
{
    public ulong Base;
    public uint Limit;
    public ushort Selector;
    public byte Type;
    public byte Present;
    public byte Dpl;
    public byte Db;
    public byte S;
    public byte L;
    public byte G;
    public byte Avl;
    public byte Unusable;
    public byte Padding;
}

/// <summary>struct kvm_dtable.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmDtable
{
    public ulong Base;
    public ushort Limit;
    public fixed ushort Padding[3];
}

/// <summary>struct kvm_sregs2.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmSregs2
{
    public KvmSegment Cs;
    public KvmSegment Ds;
    public KvmSegment Es;
    public KvmSegment Fs;
    public KvmSegment Gs;
    public KvmSegment Ss;
    public KvmSegment Tr;
    public KvmSegment Ldt;
    public KvmDtable Gdt;
    public KvmDtable Idt;
    public ulong Cr0;
    public ulong Cr2;
    public ulong Cr3;
    public ulong Cr4;
    public ulong Cr8;
    public ulong Efer;
    public ulong ApicBase;
    public ulong Flags;
    public fixed ulong Pdptrs[4];
}

/// <summary>struct kvm_debugregs.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmDebugregs
{
    public fixed ulong Db[4];
    public ulong Dr6;
    public ulong Dr7;
    public ulong Flags;
    public fixed ulong Reserved[9];
}

/// <summary>struct kvm_xcr.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmXcr
{
    public uint Xcr;
    public uint Reserved;
    public ulong Value;
}

/// <summary>Sixteen <see cref="KvmXcr"/>.</summary>
[InlineArray(16)]
struct XcrTable
{
    KvmXcr _first;
}

/// <summary>struct kvm_xcrs.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmXcrs
{
    public uint NrXcrs;
    public uint Flags;
    public XcrTable Xcrs;
    public fixed ulong Padding[16];
}

/// <summary>struct kvm_lapic_state: the registers of a local APIC at their offsets.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmLapicState
{
    public fixed byte Regs[1024];
}

/// <summary>struct kvm_vcpu_events.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmVcpuEvents
{
    public byte ExceptionInjected;
    public byte ExceptionNr;
    public byte ExceptionHasErrorCode;
    public byte ExceptionPending;
    public uint ExceptionErrorCode;
    public byte InterruptInjected;
    public byte InterruptNr;
    public byte InterruptSoft;
    public byte InterruptShadow;
    public byte NmiInjected;
    public byte NmiPending;
    public byte NmiMasked;
    public byte NmiPad;
    public uint SipiVector;
    public uint Flags;
    public byte SmiSmm;
    public byte SmiPending;
    public byte SmiSmmInsideNmi;
    public byte SmiLatchedInit;
    public byte TripleFaultPending;
    public fixed byte Reserved[26];
    public byte ExceptionHasPayload;
    public ulong ExceptionPayload;
}

/// <summary>struct kvm_mp_state.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmMpState
{
    public uint MpState;
}

/// <summary>struct kvm_cpuid_entry2.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmCpuidEntry2
{
    public uint Function;
    public uint Index;
    public uint Flags;
    public uint Eax;
    public uint Ebx;
    public uint Ecx;
    public uint Edx;
    public fixed uint Padding[3];
}

/// <summary>struct kvm_cpuid2: the head of a list of <see cref="KvmCpuidEntry2"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmCpuid2
{
    public uint Nent;
    public uint Padding;
}

/// <summary>struct kvm_msr_entry.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmMsrEntry
{
    public uint Index;
    public uint Reserved;
    public ulong Data;
}

/// <summary>struct kvm_msrs: the head of a list of <see cref="KvmMsrEntry"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmMsrs
{
    public uint Nmsrs;
    public uint Pad;
}

/// <summary>struct kvm_msr_list: the head of a list of 32-bit indices.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmMsrList
{
    public uint Nmsrs;
}
