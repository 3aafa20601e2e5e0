namespace Propolis.Vmm.Hypervisor;

/// <summary>Where and how a vCPU starts in 64-bit mode.</summary>
/// <param name="Rip">Entry point.</param>
/// <param name="Rsi">Argument: for Linux the address of boot_params.</param>
/// <param name="Rsp">Stack.</param>
/// <param name="Cr3">Page tables that map at least the entry, identity.</param>
/// <param name="GdtAddress">A GDT with code selector 0x10 and data selector 0x18.</param>
/// <param name="GdtLimit">Its limit, bytes minus one.</param>
public readonly record struct LongModeEntry(ulong Rip, ulong Rsi, ulong Rsp, ulong Cr3, ulong GdtAddress, ushort GdtLimit);
