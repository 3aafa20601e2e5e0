namespace Propolis.Vmm.Hypervisor;

/// <summary>What decides whether a guest can go on elsewhere: what its processors are, and what this host could give a guest.</summary>
public sealed record VirtualMachineTraits
{
    /// <summary>CPUID leaves of the first vCPU.</summary>
    public required IReadOnlyList<CpuidEntry> GuestCpuid { get; init; }

    /// <summary>CPUID leaves that this host can give.</summary>
    public required IReadOnlyList<CpuidEntry> HostCpuid { get; init; }

    /// <summary>Frequency of the guest's time-stamp counter, kHz.</summary>
    public required uint TscKhz { get; init; }

    /// <summary>The host can give a guest another frequency than its own.</summary>
    public bool CanScaleTsc { get; init; }
}
