namespace Propolis.Vmm.Firmware.Smbios;

/// <summary>What the SMBIOS tables of a machine say about it.</summary>
public sealed record SmbiosSettings
{
    /// <summary>Where memory lies.</summary>
    public required MemoryLayout Memory { get; init; }

    /// <summary>Processors, 1 to 254; all cores of one socket.</summary>
    public required int VcpuCount { get; init; }

    /// <summary>The machine's identity.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>System manufacturer.</summary>
    public string Manufacturer { get; init; } = "Oxide";

    /// <summary>System product name.</summary>
    public string Product { get; init; } = "OxVM";

    /// <summary>System version; empty for none.</summary>
    public string Version { get; init; } = "";

    /// <summary>System serial number; empty for none.</summary>
    public string Serial { get; init; } = "";

    /// <summary>Version of the boot ROM.</summary>
    public string RomVersion { get; init; } = "v1";

    /// <summary>Bytes of the boot ROM; 0 for a boot without firmware.</summary>
    public int RomLength { get; init; }

    /// <summary>The boot ROM is UEFI firmware.</summary>
    public bool IsUefi { get; init; }

    /// <summary>Processor vendor as CPUID leaf 0 spells it.</summary>
    public string ProcessorVendor { get; init; } = "";

    /// <summary>Processor brand string (CPUID leaves 0x80000002 to 4).</summary>
    public string ProcessorBrand { get; init; } = "";

    /// <summary>CPUID leaf 1, EAX: family, model, stepping.</summary>
    public uint ProcessorSignature { get; init; }

    /// <summary>CPUID leaf 1, EDX: features.</summary>
    public uint ProcessorFeatures { get; init; }
}
