using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Firmware.LinuxBoot;

/// <summary>
/// Starts a Linux kernel without firmware: puts kernel, initrd, command line, boot_params and tables into guest memory and the boot processor at the
/// 64-bit entry (Linux, Documentation/arch/x86/boot.rst).
/// </summary>
public sealed class LinuxBootLoader : IBootLoader
{
    const uint RootPointerAddress = 0xe_0000;
    const uint AcpiAddress = 0xe_0040;
    const uint SmbiosAnchorAddress = 0xf_0000;
    const uint SmbiosAddress = 0xf_0020;

    readonly LinuxBootSettings _settings;
    readonly GuestMemory _memory;
    readonly IVcpu _processor;
    readonly BzImageHeader _header;

    /// <summary>
    /// Checks kernel, initrd and command line against each other and the machine. Throws <see cref="FirmwareException"/>. <paramref name="processor"/> is the boot processor.
    /// </summary>
    public LinuxBootLoader(LinuxBootSettings settings, GuestMemory memory, IVcpu processor)
    {
        _settings = settings;
        _memory = memory;
        _processor = processor;
        var kernel = settings.Kernel.Span;
        var (header, complaint) = BzImageHeader.Parse(kernel[..Math.Min(kernel.Length, BzImageHeader.PrefixLength)], kernel.Length);
        _header = header ?? throw new FirmwareException($"The kernel {complaint}");
        var (plan, misfit) = LinuxBootPlan.Make(header, (ulong)settings.Initrd.Length, settings.CommandLine, settings.Memory);
        Plan = plan ?? throw new FirmwareException(misfit!);
    }

    /// <summary>Where everything goes.</summary>
    public LinuxBootPlan Plan { get; }

    /// <inheritdoc/>
    public void Load()
    {
        var gdt = BootStructures.Gdt();
        Write(LinuxBootPlan.GdtAddress, gdt);
        Write(LinuxBootPlan.PageTablesAddress, BootStructures.PageTables(LinuxBootPlan.PageTablesAddress));
        Write(LinuxBootPlan.CommandLineAddress, Plan.CommandLine);
        var setup = _settings.Kernel.Span.Slice(BzImageHeader.HeaderOffset, _header.HeaderLength);
        var map = E820Map.ForKernel(_settings.Memory, _settings.HasEcam);
        Write(LinuxBootPlan.BootParamsAddress, BootStructures.BootParams(setup, Plan, map, RootPointerAddress));
        Write(Plan.KernelAddress, _settings.Kernel.Span.Slice(_header.PayloadOffset, _header.PayloadLength));
        Write(Plan.Initrd.Start, _settings.Initrd.Span);
        PlaceTables();
        _processor.SetLongModeEntry(new LongModeEntry(
            Plan.EntryAddress, LinuxBootPlan.BootParamsAddress, LinuxBootPlan.StackAddress, LinuxBootPlan.PageTablesAddress, LinuxBootPlan.GdtAddress,
            (ushort)(gdt.Length - 1)));
    }

    /// <summary>Both in the BIOS area, where a kernel also finds them by searching: ACPI in its lower half, SMBIOS in the upper.</summary>
    void PlaceTables()
    {
        var (tables, rootPointer) = _settings.Acpi.PlaceAt(AcpiAddress);
        if (AcpiAddress + tables.Length > SmbiosAnchorAddress) throw new InvalidOperationException($"ACPI tables of {tables.Length} bytes do not fit.");
        Write(RootPointerAddress, rootPointer);
        Write(AcpiAddress, tables);
        Write(SmbiosAnchorAddress, _settings.Smbios.Anchor(SmbiosAddress));
        Write(SmbiosAddress, _settings.Smbios.Structures.Span);
    }

    void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (!_memory.TryWrite(address, bytes)) throw new InvalidOperationException($"0x{address:x} and {bytes.Length} bytes behind it are not RAM.");
    }
}
