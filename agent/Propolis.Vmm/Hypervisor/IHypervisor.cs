namespace Propolis.Vmm.Hypervisor;

/// <summary>A hypervisor of the host: KVM on Linux, bhyve on illumos.</summary>
public interface IHypervisor
{
    /// <summary>Whether it can be used, with a sentence for the user. Changes nothing.</summary>
    HypervisorStatus Probe();

    /// <summary>Creates an empty virtual machine. Throws <see cref="HypervisorException"/>.</summary>
    IVirtualMachine Create(VirtualMachineOptions options);
}
