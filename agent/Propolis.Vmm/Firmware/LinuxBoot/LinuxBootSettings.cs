using Propolis.Vmm.Firmware.Acpi;
using Propolis.Vmm.Firmware.Smbios;

namespace Propolis.Vmm.Firmware.LinuxBoot;

/// <summary>What a boot without firmware starts from.</summary>
public sealed record LinuxBootSettings
{
    /// <summary>The kernel, a 64-bit bzImage.</summary>
    public required ReadOnlyMemory<byte> Kernel { get; init; }

    /// <summary>The initial RAM disk; empty for none.</summary>
    public ReadOnlyMemory<byte> Initrd { get; init; }

    /// <summary>The kernel command line.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>Where memory lies.</summary>
    public required MemoryLayout Memory { get; init; }

    /// <summary>The PCI Express configuration window exists.</summary>
    public bool HasEcam { get; init; }

    /// <summary>The machine's ACPI tables.</summary>
    public required AcpiTables Acpi { get; init; }

    /// <summary>The machine's SMBIOS tables.</summary>
    public required SmbiosTables Smbios { get; init; }
}
