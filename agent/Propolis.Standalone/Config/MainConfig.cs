using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>[main]: the machine itself.</summary>
sealed record MainConfig
{
    /// <summary>Most vCPUs that a machine may have.</summary>
    public const int MaxCpus = 32;

    /// <summary>The machine's name on this host: 1 to 127 bytes, without a slash.</summary>
    public required string Name { get; init; }

    /// <summary>Number of vCPUs, 1 to <see cref="MaxCpus"/>.</summary>
    public required int Cpus { get; init; }

    /// <summary>Memory in MiB, at least 1.</summary>
    public required ulong MemoryMiB { get; init; }

    /// <summary>What the machine starts with.</summary>
    public required BootSource Boot { get; init; }

    /// <summary>The firmware version that SMBIOS tells the guest; the engine's own when null.</summary>
    public string? BootromVersion { get; init; }

    /// <summary>Where use_reservoir was set to true; null when memory is to come from anywhere.</summary>
    public TomlPosition? ReservoirAskedAt { get; init; }

    /// <summary>Memory comes from the hypervisor's reservoir.</summary>
    public bool UseReservoir => ReservoirAskedAt is not null;

    /// <summary>What CPUID tells the guest; what the host has when null.</summary>
    public CpuidProfile? CpuidProfile { get; init; }

    /// <summary>Where vCPU threads may run.</summary>
    public CpuBinding CpuBinding { get; init; }

    /// <summary>What the process returns when the guest switches itself off.</summary>
    public byte ExitOnHalt { get; init; }

    /// <summary>What the process returns when the guest reboots; null to go on with the reboot.</summary>
    public byte? ExitOnReboot { get; init; }

    /// <summary>The disks on bus 0 that the firmware tries, first to last, and no others; null when the firmware decides.</summary>
    public IReadOnlyList<DiskDeviceConfig>? BootOrder { get; init; }
}
