using System.Runtime.InteropServices;

namespace Propolis.Vmm.Hypervisor;

/// <summary>Segments, descriptor tables and control registers of a vCPU. In a payload they stand in this order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct SystemRegisters
{
    public SegmentRegister Cs;
    public SegmentRegister Ds;
    public SegmentRegister Es;
    public SegmentRegister Fs;
    public SegmentRegister Gs;
    public SegmentRegister Ss;
    public SegmentRegister Tr;
    public SegmentRegister Ldt;
    public ulong GdtBase;
    public ulong IdtBase;
    public uint GdtLimit;
    public uint IdtLimit;
    public ulong Cr0;
    public ulong Cr2;
    public ulong Cr3;
    public ulong Cr4;
    public ulong Cr8;
    public ulong Efer;
    public ulong ApicBase;

    /// <summary>1 when the four page-directory pointers below count (PAE paging), else 0.</summary>
    public ulong HasPageDirectoryPointers;
    public ulong PageDirectoryPointer0;
    public ulong PageDirectoryPointer1;
    public ulong PageDirectoryPointer2;
    public ulong PageDirectoryPointer3;
}
