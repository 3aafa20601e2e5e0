using Propolis.Vmm.Hypervisor;

namespace Propolis.Vmm.Machine;

/// <summary>Everything a machine is built from, whatever file or request it came from. Checked already: paths are unique, backends exist.</summary>
public sealed record MachineSpec
{
    /// <summary>Name of the machine.</summary>
    public required string Name { get; init; }

    /// <summary>Identity given to the guest through SMBIOS.</summary>
    public required Guid Id { get; init; }

    /// <summary>Number of vCPUs, 1 to 254.</summary>
    public required int VcpuCount { get; init; }

    /// <summary>RAM in bytes, a multiple of 1 MiB.</summary>
    public required ulong MemoryBytes { get; init; }

    /// <summary>What the first vCPU runs first.</summary>
    public required BootSpec Boot { get; init; }

    /// <summary>Memory-mapped configuration space (ECAM) beside CF8/CFC.</summary>
    public bool EnableEcam { get; init; }

    /// <summary>The guest's CPUID leaves; null for what the host supports.</summary>
    public IReadOnlyList<CpuidEntry>? Cpuid { get; init; }

    /// <summary>Version that firmware tables name; null for this build's.</summary>
    public string? FirmwareVersion { get; init; }

    /// <summary>Who the guest's computer claims to be; null for this build's words.</summary>
    public SystemIdentity? Identity { get; init; }

    /// <summary>Firmware gets a framebuffer, for a screen that is shown to somebody.</summary>
    public bool HasFramebuffer { get; init; }

    /// <summary>Names of disks in the order in which firmware tries them; empty leaves the order to the firmware.</summary>
    public IReadOnlyList<string> BootOrder { get; init; } = [];

    /// <summary>Devices beside those that every PC has.</summary>
    public IReadOnlyList<DeviceSpec> Devices { get; init; } = [];
}
