namespace Propolis.Vmm.Hypervisor;

/// <summary>Registers for a start in 64-bit mode without firmware (Linux, Documentation/arch/x86/boot.rst, "64-bit boot protocol"). Pure.</summary>
static class LongModeRules
{
    const ulong Cr0ProtectedPaging = 0x80000031; // PG, NE, ET, PE
    const ulong Cr4PhysicalAddressExtension = 0x20;
    const ulong EferLongMode = 0x500; // LMA, LME
    const uint CodeAccess = 0xa09b; // present, code, read, accessed, 64-bit, page granular
    const uint DataAccess = 0xc093; // present, data, write, accessed, 32-bit, page granular
    const uint TaskAccess = 0x8b; // present, busy 64-bit TSS
    const uint Unusable = 0x10000;
    const ulong ReservedFlag = 2;

    /// <summary>System registers for <paramref name="entry"/>; what it does not name stays as it was.</summary>
    public static SystemRegisters Enter(SystemRegisters system, LongModeEntry entry)
    {
        var data = new SegmentRegister { Selector = 0x18, Limit = uint.MaxValue, Access = DataAccess };
        system.Cs = new SegmentRegister { Selector = 0x10, Limit = uint.MaxValue, Access = CodeAccess };
        system.Ds = system.Es = system.Fs = system.Gs = system.Ss = data;
        system.Tr = new SegmentRegister { Limit = 0xffff, Access = TaskAccess };
        system.Ldt = new SegmentRegister { Access = Unusable };
        system.GdtBase = entry.GdtAddress;
        system.GdtLimit = entry.GdtLimit;
        system.IdtBase = 0;
        system.IdtLimit = 0;
        system.Cr0 = Cr0ProtectedPaging;
        system.Cr3 = entry.Cr3;
        system.Cr4 = Cr4PhysicalAddressExtension;
        system.Efer = EferLongMode;
        system.HasPageDirectoryPointers = 0;
        return system;
    }

    /// <summary>General registers for <paramref name="entry"/>: zero but for the ones it names; interrupts off.</summary>
    public static GeneralRegisters Registers(LongModeEntry entry) =>
        new() { Rip = entry.Rip, Rsi = entry.Rsi, Rsp = entry.Rsp, Rflags = ReservedFlag };
}
