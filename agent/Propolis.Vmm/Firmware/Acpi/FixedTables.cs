using Propolis.Vmm.Devices.Piix4Pm;

namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>The tables without AML. Pointers in them are zero: <see cref="AcpiTables"/> notes where they belong.</summary>
static class FixedTables
{
    /// <summary>FADT: 32-bit pointer to FACS.</summary>
    public const int FadtFacs = 36;

    /// <summary>FADT: 32-bit pointer to DSDT.</summary>
    public const int FadtDsdt = 40;

    /// <summary>FADT: 64-bit pointer to DSDT.</summary>
    public const int FadtXDsdt = 140;

    // WBINVD works, HLT is C1, no sleep button, the RTC's wake status is not in PM1, the timer has 32 bits, the reset register works,
    // and the guest had better measure time with the timer than with a TSC that migrates (ACPI 6.4, table 5.10).
    const uint FadtFlags = 1 << 0 | 1 << 2 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 15;

    // Legacy devices, keyboard controller, no VGA (ACPI 6.4, table 5.11).
    const ushort BootFlags = 1 << 0 | 1 << 1 | 1 << 2;

    const ushort Pm1Event = Piix4PowerManagement.PmBase;
    const ushort Pm1Control = Piix4PowerManagement.PmBase + 4;
    const ushort Timer = Piix4PowerManagement.PmBase + 8;
    const ushort GeneralPurpose = Piix4PowerManagement.PmBase + PmRegisters.GeneralPurpose;
    const ushort ResetPort = 0xcf9;
    const byte ResetValue = 6;
    const byte IoApicId = 2;
    const ushort LevelActiveHigh = 0xd;
    const byte AllProcessors = 0xff;

    // The interrupts that the links may use, and SCI.
    static readonly byte[] LevelInterrupts = [5, 9, 10, 11];

    public static byte[] Facs() => new TableWriter().Text("FACS", 4).Dword(64).FillTo(32).Byte(1).FillTo(64).ToArray(hasHeader: false);

    /// <summary>FADT of revision 3 (ACPI 2.0 and later), 244 bytes.</summary>
    public static byte[] Fadt(AcpiSettings settings) => new TableWriter("FACP", 3)
        .Dword(0).Dword(0) // FACS, DSDT
        .Byte(0).Byte(0) // reserved; preferred profile: unspecified
        .Word(Piix4PowerManagement.SciInterrupt)
        .Dword(Piix4PowerManagement.SmiCommandPort).Byte(Piix4PowerManagement.AcpiEnable).Byte(Piix4PowerManagement.AcpiDisable).Byte(0).Byte(0)
        .Dword(Pm1Event).Dword(0).Dword(Pm1Control).Dword(0).Dword(0).Dword(Timer).Dword(GeneralPurpose).Dword(0)
        .Byte(4).Byte(2).Byte(0).Byte(4).Byte(4).Byte(0).Byte(0).Byte(0) // lengths of the blocks
        .Word(0xfff).Word(0xfff) // no C2, no C3
        .Word(0).Word(0).Byte(0).Byte(0) // WBINVD flushes; no duty cycle
        .Byte(0).Byte(0).Byte(0x32) // no RTC day and month alarm; the century is in CMOS
        .Word((ushort)(settings.HasPs2 ? BootFlags : BootFlags & ~2)).Byte(0)
        .Dword(FadtFlags)
        .PortAddress(ResetPort, 1, 1).Byte(ResetValue).FillTo(132)
        .Qword(0).Qword(0) // FACS (the 32-bit pointer holds), DSDT
        .PortAddress(Pm1Event, 4, 2).FillTo(172)
        .PortAddress(Pm1Control, 2, 2).FillTo(208)
        .PortAddress(Timer, 4, 3)
        .PortAddress(GeneralPurpose, 4, 1).FillTo(244)
        .ToArray();

    public static byte[] Madt(AcpiSettings settings)
    {
        var table = new TableWriter("APIC", 3).Dword((uint)MemoryLayout.LocalApic).Dword(1); // PICs exist
        for (var id = 0; id < settings.VcpuCount; id++) table.Byte(0).Byte(8).Byte((byte)id).Byte((byte)id).Dword(1);
        table.Byte(1).Byte(12).Byte(IoApicId).Byte(0).Dword((uint)MemoryLayout.IoApic).Dword(0);
        Override(table, 0, 2, 0);
        foreach (var interrupt in LevelInterrupts) Override(table, interrupt, interrupt, LevelActiveHigh);
        return table.Byte(4).Byte(6).Byte(AllProcessors).Word(0).Byte(1).ToArray(); // NMI at LINT1
    }

    public static byte[] Mcfg() => new TableWriter("MCFG", 1)
        .Qword(0).Qword(MemoryLayout.Ecam.Start).Word(0).Byte(0).Byte((byte)(MemoryLayout.Ecam.Length / (1 << 20) - 1)).Dword(0).ToArray();

    /// <summary>Tells Windows that it need not read the timer three times to be sure.</summary>
    public static byte[] Waet() => new TableWriter("WAET", 1).Dword(1 << 1).ToArray();

    public static byte[] Rsdt(int tables) => new TableWriter("RSDT", 1).Bytes(new byte[4 * tables]).ToArray();

    public static byte[] Xsdt(int tables) => new TableWriter("XSDT", 1).Bytes(new byte[8 * tables]).ToArray();

    /// <summary>RSDP of revision 2 (ACPI 6.4, section 5.2.5.3).</summary>
    public static byte[] Rsdp() => new TableWriter().Text("RSD PTR ", 8).Byte(0).Text("OXIDE", 6, ' ').Byte(2).Dword(0).Dword(36).Qword(0).Dword(0).ToArray(hasHeader: false);

    static void Override(TableWriter table, byte irq, uint gsi, ushort flags) => table.Byte(2).Byte(10).Byte(0).Byte(irq).Dword(gsi).Word(flags);
}
