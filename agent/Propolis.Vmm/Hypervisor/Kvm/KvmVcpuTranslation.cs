using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>Registers and events between KVM's structures and the neutral ones. Pure.</summary>
static unsafe class KvmVcpuTranslation
{
    public static GeneralRegisters ToNeutral(in KvmRegs r) => new()
    {
        Rax = r.Rax,
        Rbx = r.Rbx,
        Rcx = r.Rcx,
        Rdx = r.Rdx,
        Rsi = r.Rsi,
        Rdi = r.Rdi,
        Rsp = r.Rsp,
        Rbp = r.Rbp,
        R8 = r.R8,
        R9 = r.R9,
        R10 = r.R10,
        R11 = r.R11,
        R12 = r.R12,
        R13 = r.R13,
        R14 = r.R14,
        R15 = r.R15,
        Rip = r.Rip,
        Rflags = r.Rflags,
    };

    public static KvmRegs ToKvm(in GeneralRegisters r) => new()
    {
        Rax = r.Rax,
        Rbx = r.Rbx,
        Rcx = r.Rcx,
        Rdx = r.Rdx,
        Rsi = r.Rsi,
        Rdi = r.Rdi,
        Rsp = r.Rsp,
        Rbp = r.Rbp,
        R8 = r.R8,
        R9 = r.R9,
        R10 = r.R10,
        R11 = r.R11,
        R12 = r.R12,
        R13 = r.R13,
        R14 = r.R14,
        R15 = r.R15,
        Rip = r.Rip,
        Rflags = r.Rflags,
    };

    public static SegmentRegister ToNeutral(in KvmSegment s) => new()
    {
        Base = s.Base,
        Limit = s.Limit,
        Selector = s.Selector,
        Access = (uint)(s.Type | s.S << 4 | s.Dpl << 5 | s.Present << 7 | s.Avl << 12 | s.L << 13 | s.Db << 14 | s.G << 15 | s.Unusable << 16),
    };

    public static KvmSegment ToKvm(in SegmentRegister s) => new()
    {
        Base = s.Base,
        Limit = s.Limit,
        Selector = s.Selector,
        Type = (byte)(s.Access & 15),
        S = Bit(s.Access, 4),
        Dpl = (byte)(s.Access >> 5 & 3),
        Present = Bit(s.Access, 7),
        Avl = Bit(s.Access, 12),
        L = Bit(s.Access, 13),
        Db = Bit(s.Access, 14),
        G = Bit(s.Access, 15),
        Unusable = Bit(s.Access, 16),
    };

    public static SystemRegisters ToNeutral(in KvmSregs2 s) => new()
    {
        Cs = ToNeutral(s.Cs),
        Ds = ToNeutral(s.Ds),
        Es = ToNeutral(s.Es),
        Fs = ToNeutral(s.Fs),
        Gs = ToNeutral(s.Gs),
        Ss = ToNeutral(s.Ss),
        Tr = ToNeutral(s.Tr),
        Ldt = ToNeutral(s.Ldt),
        GdtBase = s.Gdt.Base,
        GdtLimit = s.Gdt.Limit,
        IdtBase = s.Idt.Base,
        IdtLimit = s.Idt.Limit,
        Cr0 = s.Cr0,
        Cr2 = s.Cr2,
        Cr3 = s.Cr3,
        Cr4 = s.Cr4,
        Cr8 = s.Cr8,
        Efer = s.Efer,
        ApicBase = s.ApicBase,
        HasPageDirectoryPointers = s.Flags & 1,
        PageDirectoryPointer0 = s.Pdptrs[0],
        PageDirectoryPointer1 = s.Pdptrs[1],
        PageDirectoryPointer2 = s.Pdptrs[2],
        PageDirectoryPointer3 = s.Pdptrs[3],
    };

    public static KvmSregs2 ToKvm(in SystemRegisters s)
    {
        var sregs = new KvmSregs2
        {
            Cs = ToKvm(s.Cs),
            Ds = ToKvm(s.Ds),
            Es = ToKvm(s.Es),
            Fs = ToKvm(s.Fs),
            Gs = ToKvm(s.Gs),
            Ss = ToKvm(s.Ss),
            Tr = ToKvm(s.Tr),
            Ldt = ToKvm(s.Ldt),
            Cr0 = s.Cr0,
            Cr2 = s.Cr2,
            Cr3 = s.Cr3,
            Cr4 = s.Cr4,
            Cr8 = s.Cr8,
            Efer = s.Efer,
            ApicBase = s.ApicBase,
            Flags = s.HasPageDirectoryPointers & 1,
        };
        sregs.Gdt.Base = s.GdtBase;
        sregs.Gdt.Limit = (ushort)s.GdtLimit;
        sregs.Idt.Base = s.IdtBase;
        sregs.Idt.Limit = (ushort)s.IdtLimit;
        sregs.Pdptrs[0] = s.PageDirectoryPointer0;
        sregs.Pdptrs[1] = s.PageDirectoryPointer1;
        sregs.Pdptrs[2] = s.PageDirectoryPointer2;
        sregs.Pdptrs[3] = s.PageDirectoryPointer3;
        return sregs;
    }

    public static DebugRegisters ToNeutral(in KvmDebugregs d) => new()
    {
        Dr0 = d.Db[0],
        Dr1 = d.Db[1],
        Dr2 = d.Db[2],
        Dr3 = d.Db[3],
        Dr6 = d.Dr6,
        Dr7 = d.Dr7,
    };

    public static KvmDebugregs ToKvm(in DebugRegisters d)
    {
        var debug = new KvmDebugregs { Dr6 = d.Dr6, Dr7 = d.Dr7 };
        debug.Db[0] = d.Dr0;
        debug.Db[1] = d.Dr1;
        debug.Db[2] = d.Dr2;
        debug.Db[3] = d.Dr3;
        return debug;
    }

    public static PendingEvents ToNeutral(in KvmVcpuEvents e) => new()
    {
        ExceptionInjected = e.ExceptionInjected,
        ExceptionPending = e.ExceptionPending,
        ExceptionVector = e.ExceptionNr,
        ExceptionHasErrorCode = e.ExceptionHasErrorCode,
        ExceptionErrorCode = e.ExceptionErrorCode,
        InterruptInjected = e.InterruptInjected,
        InterruptVector = e.InterruptNr,
        InterruptIsSoft = e.InterruptSoft,
        InterruptShadow = e.InterruptShadow,
        NmiInjected = e.NmiInjected,
        NmiPending = e.NmiPending,
        NmiMasked = e.NmiMasked,
        SipiVector = (byte)e.SipiVector,
    };

    // Without KVM_CAP_EXCEPTION_PAYLOAD a pending exception is reported, and must be set, as an injected one.
    public static KvmVcpuEvents ToKvm(in PendingEvents e) => new()
    {
        ExceptionInjected = (byte)(e.ExceptionInjected | e.ExceptionPending),
        ExceptionNr = e.ExceptionVector,
        ExceptionHasErrorCode = e.ExceptionHasErrorCode,
        ExceptionErrorCode = e.ExceptionErrorCode,
        InterruptInjected = e.InterruptInjected,
        InterruptNr = e.InterruptVector,
        InterruptSoft = e.InterruptIsSoft,
        InterruptShadow = e.InterruptShadow,
        NmiInjected = e.NmiInjected,
        NmiPending = e.NmiPending,
        NmiMasked = e.NmiMasked,
        SipiVector = e.SipiVector,
        Flags = KvmConstants.VcpueventValidNmiPending | KvmConstants.VcpueventValidSipiVector | KvmConstants.VcpueventValidShadow,
    };

    static byte Bit(uint word, int position) => (byte)(word >> position & 1);
}
