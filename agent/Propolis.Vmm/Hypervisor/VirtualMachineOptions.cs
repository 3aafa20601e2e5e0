namespace Propolis.Vmm.Hypervisor;

/// <summary>What a virtual machine is created with.</summary>
public sealed record VirtualMachineOptions
{
    /// <summary>Name; bhyve makes it visible as /dev/vmm/NAME.</summary>
    public required string Name { get; init; }

    /// <summary>How many vCPUs will be created, 1 to 254: the topology in CPUID follows it.</summary>
    public required int VcpuCount { get; init; }

    /// <summary>The guest's CPUID leaves; null gives what the host supports.</summary>
    public IReadOnlyList<CpuidEntry>? Cpuid { get; init; }
}
